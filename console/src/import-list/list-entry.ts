import type { ListRow } from '../../../src/crawl/discover/list/row.ts';

/** What a list says about an address beside it. */
interface EntryContext {
  pageUrl: string | null;
  alt: string | null;
  caption: string | null;
  licenseUrl: string | null;
}

/** An address as a call adds it to an import. */
export type ListEntry = string | { url: string; context: EntryContext };

/** Some entries at a time, as they come out of a list. */
export type EntryBatches = AsyncIterable<readonly ListEntry[]> | Iterable<readonly ListEntry[]>;

/** The entry of a row, none when the row has no usable address. */
export function entryOf({ url, context }: ListRow): ListEntry[] {
  if (url === null) return [];
  const isBare = context.alt === null && context.caption === null && context.licenseUrl === null;
  return [isBare ? url : { url, context: { pageUrl: null, ...context } }];
}
