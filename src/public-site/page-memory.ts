import { BoundedMap } from '../lib/bounded-map.ts';
import type { Purger } from '../purge/purger.ts';

/** A page as it was served. */
export interface KeptPage {
  body: Uint8Array;
  headers: [string, string][];
  /** Milliseconds; from then on it is asked for again. */
  expiresAt: number;
}

/** How long the isolates that did not hear of a change may still serve a page from memory. */
export const PAGE_MEMORY_MS = 5_000;
/** Larger pages are not kept: with the number below, 8 MiB are the most. */
export const MAX_KEPT_BYTES = 128 * 1024;
const MAX_PAGES = 64;

// Isolate lifetime: pages of public projects by path and query, the same for everybody.
const pages = new BoundedMap<KeptPage>(MAX_PAGES);

/** A page that is still good at `now` (milliseconds), or null. */
export function recallPage(address: string, now: number): KeptPage | null {
  const page = pages.get(address);
  return page && page.expiresAt > now ? page : null;
}

/** Keeps a page for PAGE_MEMORY_MS from `now` (milliseconds), unless it is too large. */
export function keepPage(address: string, page: Omit<KeptPage, 'expiresAt'>, now: number): void {
  if (page.body.byteLength <= MAX_KEPT_BYTES)
    pages.set(address, { ...page, expiresAt: now + PAGE_MEMORY_MS });
}

/** Forgets pages of this isolate: all of a tag or path. Other isolates forget theirs within PAGE_MEMORY_MS. */
export const forgetPages: Purger = {
  name: 'isolate',
  async purge(scope) {
    for (const address of [...pages.keys()]) {
      const [path = ''] = address.split('?');
      const isMeant =
        'everything' in scope ||
        ('tags' in scope
          ? scope.tags.includes(`project:${path.split('/')[2]}`)
          : scope.paths.some((one) => one.split('?')[0] === path));
      if (isMeant) pages.delete(address);
    }
    return true;
  },
};
