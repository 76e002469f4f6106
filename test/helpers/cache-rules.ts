import {
  type CachePolicy,
  type CacheClass,
  GET_ROUTES,
  type policyOf,
} from '../../src/routes/cache-policy.ts';

/** The directives of a Cache-Control header by their names, without their values' quotes. */
export function directivesOf(header: string | null): Map<string, string> {
  const parts = (header ?? '').split(',').map((part) => part.trim().toLowerCase());
  return new Map(parts.filter(Boolean).map((part) => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']));
}

/** Whether a shared cache may keep a reply to a request with credentials or not (RFC 9111, sections 3 and 3.5). */
export function maySharedCacheStore(cacheControl: string | null, hasCredentials: boolean): boolean {
  const directives = directivesOf(cacheControl);
  if (directives.has('no-store') || directives.has('private')) return false;
  return (
    !hasCredentials ||
    ['public', 'must-revalidate', 's-maxage'].some((directive) => directives.has(directive))
  );
}

/** Seconds for which a cache may serve a copy, fresh or stale. */
export function longestLife(header: string): number {
  const seconds = (name: string) => Number(directivesOf(header).get(name) ?? 0);
  return seconds('max-age') + Math.max(seconds('stale-while-revalidate'), seconds('stale-if-error'));
}

const PUBLIC: readonly CacheClass[] = ['keys', 'publicPage', 'publicBytes', 'consoleFile'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const STATUSES = [200, 201, 204, 206, 301, 304, 308, 400, 401, 403, 404, 405, 410, 416, 429, 500, 503];

interface Case {
  method: string;
  route: string | null;
  status: number;
  setsCookie: boolean;
}

function faultOf(policy: CachePolicy, { method, route, status, setsCookie }: Case): string | null {
  const { cacheControl, cdnCacheControl, vary, project } = policy;
  const isRead = method === 'GET' || method === 'HEAD';
  const isPublic = maySharedCacheStore(cacheControl, true);
  if (cacheControl === 'no-store') return cdnCacheControl === null ? null : 'a CDN is told more';
  if (!isRead) return 'an answer to a change is kept';
  if (status !== 200 && status !== 206 && status !== 304) return 'an error is kept';
  if (route === null) return 'what no route gives is kept';
  if (directivesOf(cacheControl).has('private'))
    return cdnCacheControl === 'no-store' ? null : 'a CDN may keep what is private';
  if (setsCookie) return 'a cookie is kept for everybody';
  if (vary !== null) return 'what is public depends on who asks';
  if (!isPublic) return null;
  if (!PUBLIC.includes(GET_ROUTES[route] ?? 'never')) return 'what is not public is';
  const isProject = route.startsWith('/p/');
  if (isProject !== (project !== null)) return 'a public project is not tagged, or something else is';
  return longestLife(cdnCacheControl ?? cacheControl) > 3_600 ? 'a copy outlives a signature' : null;
}

/** What is wrong with a policy, for every route, method, status and cookie; empty when nothing is. */
export function findPolicyFaults(subject: typeof policyOf, routes: readonly string[]): string[] {
  const cases = [...routes, null].flatMap((route) =>
    METHODS.flatMap((method) =>
      STATUSES.flatMap((status) =>
        [true, false].map((setsCookie) => ({ method, route, status, setsCookie })),
      ),
    ),
  );
  return cases.flatMap((one) => {
    const fault = faultOf(subject(one), one);
    return fault === null ? [] : [`${one.method} ${one.route} ${one.status}: ${fault}`];
  });
}
