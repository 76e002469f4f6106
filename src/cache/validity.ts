import { isLater, type Bookmark } from '../lib/bookmark.ts';

/** Without Redis nobody tells of writes elsewhere: what an isolate holds counts for no longer. */
export const ALONE_MS = 2_000;

/**
 * The one rule of validity, for every tier, tag and bookmark: what was read at `readAt` is in no way older than what
 * was written at `written` if every transaction up to the last of them had ended, and so was seen, before.
 *
 * `readAt` is the xmin of the snapshot, the lowest transaction that was still running: whatever is below has ended. A
 * write at xmin itself, or above, may not be in what was read. What was read before a restore is older than everything
 * after it.
 */
export function isValid(readAt: Bookmark, written: Iterable<Bookmark | null>): boolean {
  for (const position of written) if (position && !isLater(readAt, position)) return false;
  return true;
}
