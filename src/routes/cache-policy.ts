/** The headers of a successful reply. What is null is not sent. */
export interface CachePolicy {
  cacheControl: string;
  /** For shared caches between us and the browser, which obey it before Cache-Control (RFC 9213). */
  cdnCacheControl: string | null;
  vary: string | null;
  /** JSON gets a weak tag made from its body. */
  isTagged: boolean;
  /** Name of the path parameter whose project the reply shows: its Cache-Tag is `project:{id}`. */
  project: string | null;
}

/** A copy of something public is fresh for so long, and then asked for again. */
const PUBLIC_FRESH_SECONDS = 300;
/** While the Worker fails, the edge may serve its last copy: with the above never longer than an hour, the shortest life of a signature. */
const PUBLIC_STALE_SECONDS = 3_300;
const EDGE = `public, max-age=${PUBLIC_FRESH_SECONDS}, stale-while-revalidate=60, stale-if-error=${PUBLIC_STALE_SECONDS}`;

const policy = (cacheControl: string, more: Partial<CachePolicy> = {}): CachePolicy => ({
  cacheControl,
  cdnCacheControl: null,
  vary: null,
  isTagged: false,
  project: null,
  ...more,
});

const PERSONAL = { cdnCacheControl: 'no-store', vary: 'Cookie, Authorization' };

/** Every kind of reply there is. Nothing that depends on who asks is `public`. */
export const CACHE_POLICIES = {
  /** Secrets, state of a moment, and every answer to a change. */
  never: policy('no-store'),
  /** What a person may see: kept by that person's browser, and asked for again each time. */
  personal: policy('private, no-cache', { ...PERSONAL, isTagged: true }),
  /** The same for bytes, which have a tag of their own. */
  personalBytes: policy('private, no-cache', PERSONAL),
  /** Bytes under a signed address: they never change, and the signature bounds how long the address works. */
  signedBytes: policy('private, max-age=31536000, immutable', { cdnCacheControl: 'no-store' }),
  /** What this instance says of itself to everybody. */
  instance: policy('no-cache', { isTagged: true }),
  /** A key is published this long before it signs; docs/deploying.md says how a rotation goes. */
  keys: policy('public, max-age=300', { isTagged: true }),
  publicPage: policy('public, max-age=60', { cdnCacheControl: EDGE, isTagged: true, project: 'projectId' }),
  publicBytes: policy(`public, max-age=${PUBLIC_FRESH_SECONDS}`, {
    cdnCacheControl: EDGE,
    project: 'projectId',
  }),
  /** Names the hashed files of one build. */
  consolePage: policy('no-cache'),
  consoleFile: policy('public, max-age=3600'),
} as const satisfies Record<string, CachePolicy>;

export type CacheClass = keyof typeof CACHE_POLICIES;

/** The class of every route that answers GET, by its pattern. Other methods change something: `never`. */
export const GET_ROUTES: Readonly<Record<string, CacheClass>> = {
  '/health/live': 'never',
  '/health/ready': 'never',
  '/media/:sha256': 'signedBytes',
  '/v1/config': 'instance',
  '/openapi.json': 'instance',
  '/.well-known/jwks.json': 'keys',
  '/p/:projectId': 'publicPage',
  '/p/:projectId/:imageId': 'publicBytes',
  '/v1/projects/:projectId/room': 'never',
  '/v1/profile': 'never',
  '/v1/sessions': 'never',
  '/v1/api-keys': 'never',
  '/v1/admin/cache': 'never',
  '/v1/admin/drain': 'never',
  '/v1/projects': 'personal',
  '/v1/projects/:projectId': 'personal',
  '/v1/projects/:projectId/members': 'personal',
  '/v1/projects/:projectId/invitations': 'never',
  '/v1/projects/:projectId/jobs': 'personal',
  '/v1/jobs/:jobId': 'personal',
  '/v1/jobs/:jobId/chunks': 'personal',
  '/v1/jobs/:jobId/sources': 'personal',
  '/v1/jobs/:jobId/progress': 'personal',
  '/v1/jobs/:jobId/items': 'personal',
  '/v1/projects/:projectId/images': 'personal',
  '/v1/projects/:projectId/facets': 'personal',
  '/v1/images/:imageId': 'personal',
  '/v1/images/:imageId/download': 'personalBytes',
  '/v1/projects/:projectId/bin': 'personal',
  '/v1/bin': 'personal',
  '/v1/projects/:projectId/export': 'never',
};

const STORABLE = new Set([200, 206, 304]);

interface Replied {
  method: string;
  /** The pattern of the route that answered, or null where there was none. */
  route: string | null;
  status: number;
  setsCookie: boolean;
  /** Said by a handler without a route of its own: the console's pages and files. */
  named?: CacheClass | undefined;
}

/**
 * What may be done with a reply: the table's entry for a success, `never` for everything else. A reply that sets a
 * cookie is for one browser, whatever the table says.
 */
export function policyOf({ method, route, status, setsCookie, named }: Replied): CachePolicy {
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead || !STORABLE.has(status)) return CACHE_POLICIES.never;
  const chosen = CACHE_POLICIES[named ?? (route === null ? 'never' : (GET_ROUTES[route] ?? 'never'))];
  return setsCookie && !chosen.cacheControl.startsWith('private') ? CACHE_POLICIES.never : chosen;
}
