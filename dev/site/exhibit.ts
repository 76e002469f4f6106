import type { SiteFile } from './collection.ts';
import type { Resource } from './resource.ts';

/** The origins by what they have besides photographs. The number is the place in the list of origins. */
export const ORIGIN = { main: 0, rules: 1, notices: 2, files: 3, moves: 4, faults: 5 } as const;
export const ORIGIN_COUNT = Object.keys(ORIGIN).length;

/** Where something lies on the site. */
export interface Place {
  /** Number of the origin. */
  origin: number;
  /** From the slash on, with the query if there is one. */
  path: string;
}

/** One URL to crawl and the item status it must end in. */
export interface Exhibit extends Place {
  expected: 'stored' | 'duplicate_exact' | 'blocked' | 'rejected' | 'failed';
  reason?: string;
  /** Of the bytes, for those that are stored or found again. */
  sha256?: string;
  /** Exhibits of one group hold the same bytes: any one of them may be the stored one, the others are duplicates. */
  group?: string;
  resource: Resource;
}

/** An exhibit that is stored, with the print that is seen there. */
export interface Photo extends Exhibit {
  print: SiteFile;
}

/** Exhibits, and the places that only redirects and pages lead to. */
export interface Section {
  exhibits: Exhibit[];
  unlisted: (Place & { resource: Resource })[];
}

/** The URL of a place. Throws for an origin that the site does not have. */
export function urlOf({ origin, path }: Place, origins: readonly string[]): string {
  const base = origins[origin];
  if (base === undefined) throw new Error(`the site has no origin ${origin}`);
  return base + path;
}
