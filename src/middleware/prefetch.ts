import type { CacheRef } from '../cache/namespace.ts';
import { projectRef } from '../domain/project/cache.ts';

/** The cached values that a route is going to read, by the parameters of its path. */
type Prefetch = (params: Record<string, string>) => CacheRef<unknown>[];

/**
 * By method and path, as the routes are declared: the gate asks Redis for these in the one trip that a request makes. A
 * route that reads a cached value and is not here makes another trip for it.
 */
const PREFETCHES: Readonly<Record<string, Prefetch>> = {
  'GET /v1/projects/{projectId}': ({ projectId = '' }) => [projectRef(projectId)],
};

const compiled = Object.entries(PREFETCHES).map(([route, prefetch]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`), prefetch };
});

/** Whether a GET of this path, as the routes are declared, reads a cached value. */
export function isPrefetched(path: string): boolean {
  return `GET ${path}` in PREFETCHES;
}

/** What the gate asks for besides; nothing for most requests. */
export function prefetchOf(method: string, path: string): CacheRef<unknown>[] {
  for (const route of compiled) {
    if (route.method !== method) continue;
    const match = route.pattern.exec(path);
    if (match) return route.prefetch(match.groups ?? {});
  }
  return [];
}
