import { formatClock } from '../format.ts';
import { t } from '../strings.ts';
import type { Counts, Item, ItemStatus, JobStatus } from '../api/types.ts';

interface StatusWords {
  text: string;
  /** One sentence more, or empty when the text says it all. */
  hint: string;
}

/** Statuses in the order of the bar: what came in first, what is still open last. */
export const STATUS_ORDER: readonly ItemStatus[] = [
  'stored',
  'duplicate_exact',
  'skipped',
  'rejected',
  'blocked',
  'failed',
  'deferred',
  'pending',
];

/** The words for a reason, or for the status when there is none or it is not known. */
export function reasonWords(status: ItemStatus, reason: string | null): StatusWords {
  const words: Readonly<Record<string, StatusWords>> = t.reason;
  const known = reason !== null && Object.hasOwn(words, reason) ? words[reason] : undefined;
  return known ?? t.status[status];
}

/** Plain words for what happened to an address, with the service's own note when it has one. */
export function statusWords(item: Pick<Item, 'status' | 'reason' | 'detail' | 'retryAt'>): StatusWords {
  const { status, reason, detail, retryAt } = item;
  const words = reasonWords(status, reason);
  if (status === 'deferred') {
    const text = retryAt === null ? t.status.deferred.text : t.imports.waiting(formatClock(retryAt));
    return { text, hint: detail ?? words.text };
  }
  return { text: words.text, hint: detail ?? words.hint };
}

/** How many addresses have each status. */
export function countsByStatus(counts: Counts): Record<ItemStatus, number> {
  const { pending, deferred, stored, duplicateExact, rejected, blocked, failed, skipped } = counts;
  return { pending, deferred, stored, duplicate_exact: duplicateExact, rejected, blocked, failed, skipped };
}

/** How many addresses came to an end without becoming a new image. */
export function countNotAdded(counts: Counts): number {
  return counts.duplicateExact + counts.rejected + counts.blocked + counts.failed + counts.skipped;
}

/** Whether the import moves by itself: a draft waits for a person, and what has ended stays as it is. */
export function isUnderWay(status: JobStatus): boolean {
  return status === 'planning' || status === 'queued' || status === 'running' || status === 'stopping';
}
