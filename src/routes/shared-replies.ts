import { isPrefetched } from '../middleware/prefetch.ts';
import type { App } from './app.ts';
import { CACHE_POLICIES, type CacheClass, GET_ROUTES } from './cache-policy.ts';

type Document = ReturnType<App['getOpenAPI31Document']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Answered before anybody is counted. */
const UNLIMITED: ReadonlySet<string> = new Set(['/v1/config', '/v1/projects/{projectId}/room']);

const HEADERS: Readonly<Record<string, string>> = {
  RateLimit:
    'What is left of each limit that counted the request, and the seconds until it is full again: `"free";r=598;t=42`. Not while Redis does not count.',
  'RateLimit-Policy': 'The figure of each of these limits, and its window in seconds: `"free";q=600;w=60`.',
  'Retry-After': 'Seconds until the same request may succeed.',
  'Cache-Status': 'What a cache of ours did (RFC 9211): `darkroom-redis; hit; ttl=7; key="project"`.',
};

const ref = (kind: 'headers' | 'responses' | 'schemas', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});
const headerRefs = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, ref('headers', name)]));

/** Describes once what many operations answer. */
export function registerSharedReplies(app: App): void {
  const registry = app.openAPIRegistry;
  for (const [name, description] of Object.entries(HEADERS))
    registry.registerComponent('headers', name, { description, schema: { type: 'string' } });
  registry.registerComponent('responses', 'NotModified', {
    description: 'What `If-None-Match` names is what there is; without a body',
  });
  registry.registerComponent('responses', 'TooManyRequests', {
    description:
      '`rate_limited`: the item of RateLimit with r=0 is the limit that refused. `too_many_at_once`: the account has as many exports or uploads under way as it may.',
    headers: headerRefs('Retry-After', 'RateLimit', 'RateLimit-Policy'),
    content: { 'application/problem+json': { schema: ref('schemas', 'Problem') } },
  });
}

/** The document with the shared replies and headers in each operation that has them. */
export function addSharedReplies(document: Document): Document {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const isLimited = path.startsWith('/v1/') && !UNLIMITED.has(path);
    for (const method of METHODS) {
      const responses = item[method]?.responses;
      if (!responses) continue;
      const names = [
        ...(isLimited ? ['RateLimit', 'RateLimit-Policy'] : []),
        ...(method === 'get' && isCached(path) ? ['Cache-Status'] : []),
      ];
      for (const [status, response] of Object.entries(responses)) {
        if (names.length > 0 && status.startsWith('2'))
          responses[status] = { ...response, headers: headerRefs(...names) };
      }
      if (method === 'get' && mayBeKept(path)) responses['304'] = ref('responses', 'NotModified');
      if (isLimited) responses['429'] = ref('responses', 'TooManyRequests');
    }
  }
  return document;
}

const classOf = (path: string): CacheClass => GET_ROUTES[path.replaceAll(/\{(\w+)\}/g, ':$1')] ?? 'never';

/** What may be kept has a tag, by which it is asked for again. */
function mayBeKept(path: string): boolean {
  return classOf(path) !== 'never';
}

/** Whose replies say what a cache of ours did: of a value that the gate asks for, or of what the platform keeps by its tag. */
function isCached(path: string): boolean {
  return isPrefetched(path) || CACHE_POLICIES[classOf(path)].project !== null;
}
