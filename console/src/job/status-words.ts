import { t } from '../strings.ts';
import type { Counts, Item, ItemStatus, JobStatus, Progress } from '../api/types.ts';

type NextAction = 'openImage' | 'importAgain' | 'openSource' | 'wait';

interface StatusWords {
  text: string;
  /** Empty when the text says it all. */
  hint: string;
  action: NextAction;
}

/** Statuses in the order of the bar: what came in first, what is still open last. */
export const STATUS_ORDER: readonly ItemStatus[] = [
  'stored',
  'duplicate_exact',
  'skipped',
  'rejected',
  'blocked',
  'failed',
  'pending',
];

const ACTIONS: Record<ItemStatus, NextAction> = {
  stored: 'openImage',
  duplicate_exact: 'openImage',
  rejected: 'openSource',
  blocked: 'openSource',
  failed: 'importAgain',
  skipped: 'importAgain',
  pending: 'wait',
};

function reasonWords(reason: string): { text: string; hint: string } | null {
  const words: Readonly<Record<string, { text: string; hint: string }>> = t.reason;
  return Object.hasOwn(words, reason) ? (words[reason] ?? null) : null;
}

/** The HTTP status inside the service's note on an item, or null. */
function httpAnswer(detail: string | null): number | null {
  const code = detail?.match(/^the server answered (\d{3})$/)?.[1];
  return code === undefined ? null : Number(code);
}

/** Plain words and the one next action for an item. An unknown reason falls back to its status. */
export function statusWords({
  status,
  reason,
  detail,
}: Pick<Item, 'status' | 'reason' | 'detail'>): StatusWords {
  const words = (reason === null ? null : reasonWords(reason)) ?? t.status[status];
  const answer = httpAnswer(detail);
  const hint = answer === null ? words.hint : `${t.httpAnswer(answer)} ${words.hint}`;
  return { text: words.text, hint, action: ACTIONS[status] };
}

/** How many items have each status. */
export function countsByStatus(progress: Progress): Record<ItemStatus, number> {
  const { stored, duplicateExact, rejected, blocked, failed, skipped } = progress.counts;
  return {
    stored,
    duplicate_exact: duplicateExact,
    rejected,
    blocked,
    failed,
    skipped,
    pending: progress.pending,
  };
}

/** How many addresses came to an end without becoming a new image. */
export function countNotAdded(counts: Counts): number {
  return counts.duplicateExact + counts.rejected + counts.blocked + counts.failed + counts.skipped;
}

/** Whether nothing more will happen to the job by itself. A draft waits for a person. */
export function isFinal(status: JobStatus): boolean {
  return status !== 'queued' && status !== 'running' && status !== 'draft';
}
