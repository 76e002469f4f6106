import type { Item, Page } from '../api/types.ts';

/** How often each reason was given for one status. */
export interface Tally {
  byReason: ReadonlyMap<string, number>;
  /** Whether every address was counted; else the numbers are what was found so far. */
  isComplete: boolean;
  /** The earliest time at which one of them is tried again, RFC 3339. */
  firstRetryAt: string | null;
}

/** Counts the reasons on up to `maxPages` pages of addresses of one status. Throws what `load` throws. */
export async function tallyReasons(
  load: (cursor: string | null) => Promise<Page<Item>>,
  maxPages: number,
): Promise<Tally> {
  const byReason = new Map<string, number>();
  let firstRetryAt: string | null = null;
  let cursor: string | null = null;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page: Page<Item> = await load(cursor);
    for (const { reason, retryAt } of page.data) {
      byReason.set(reason ?? '', (byReason.get(reason ?? '') ?? 0) + 1);
      if (retryAt !== null && (firstRetryAt === null || Date.parse(retryAt) < Date.parse(firstRetryAt))) {
        firstRetryAt = retryAt;
      }
    }
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return { byReason, isComplete: cursor === null, firstRetryAt };
}
