import { withDeadline } from '../lib/deadline.ts';
import { MAX_PURGE_ITEMS, PurgeError, type Purger, type PurgeScope } from '../purge/purger.ts';

/** What `ctx.cache.purge` answered; null where the platform keeps no copies, as on a laptop. */
export type EdgeAnswer = { success: boolean; errors: { code: number; message: string }[] } | null;

export interface EdgePurge {
  tags?: string[];
  pathPrefixes?: string[];
  purgeEverything?: boolean;
}

/** The entry point that serves what anybody may see, with the platform's copies in front of it. */
export interface PublicSite {
  fetch(request: Request): Promise<Response>;
  /** Copies can only be purged by the entry point whose replies they are. */
  purge(options: EdgePurge): Promise<EdgeAnswer>;
}

const EDGE_DEADLINE_MS = 5_000;

/** Of `ctx.exports`, which the runtime fills with what index.ts exports; null where there is none. */
export function publicSiteOf(exports: object | undefined): PublicSite | null {
  if (exports === undefined || !('PublicSite' in exports)) return null;
  return exports.PublicSite as PublicSite;
}

/** Purges the platform's copies. Fails closed: without the entry point, or with any error. */
export function createEdgePurger(site: PublicSite | null): Purger {
  return {
    name: 'edge',
    async purge(scope) {
      if (site === null) throw new PurgeError('cannot be reached from here');
      let isThere = false;
      for (const options of toOptions(scope)) {
        const answer = await withDeadline(site.purge(options), EDGE_DEADLINE_MS, 'the edge cache');
        if (answer === null) return false;
        isThere = true;
        const [error] = answer.errors;
        if (!answer.success) throw new PurgeError(error ? `${error.message} (${error.code})` : 'refused');
      }
      return isThere;
    },
  };
}

/** A prefix also takes what goes on behind it: that is more than was asked for, never less. */
function toOptions(scope: PurgeScope): EdgePurge[] {
  if ('everything' in scope) return [{ purgeEverything: true }];
  const [name, items]: [keyof EdgePurge, string[]] =
    'tags' in scope
      ? ['tags', scope.tags]
      : ['pathPrefixes', scope.paths.map((path) => path.replace(/\?.*/, ''))];
  const count = Math.ceil(items.length / MAX_PURGE_ITEMS);
  return Array.from({ length: count }, (_, index) => ({
    [name]: items.slice(index * MAX_PURGE_ITEMS, (index + 1) * MAX_PURGE_ITEMS),
  }));
}
