import type { Counts, ItemStatus, Job, JobStatus } from '../api/types.ts';
import type { Tone } from '../components/chip.tsx';
import type { IconName } from '../components/icon.tsx';
import { formatClock } from '../format.ts';
import { t } from '../strings.ts';

interface Looks {
  tone: Tone;
  icon: IconName;
}

/** Colour and icon of each status; the word beside them is always shown as well. */
export const ITEM_LOOKS: Record<ItemStatus, Looks> = {
  stored: { tone: 'keep', icon: 'check' },
  duplicate_exact: { tone: 'info', icon: 'twice' },
  skipped: { tone: 'plain', icon: 'skipped' },
  rejected: { tone: 'warning', icon: 'warning' },
  blocked: { tone: 'blocked', icon: 'blocked' },
  failed: { tone: 'error', icon: 'error' },
  deferred: { tone: 'plain', icon: 'running' },
  pending: { tone: 'plain', icon: 'clock' },
};

const JOB_LOOKS: Record<JobStatus, Looks> = {
  draft: { tone: 'plain', icon: 'clock' },
  planning: { tone: 'warning', icon: 'search' },
  queued: { tone: 'plain', icon: 'clock' },
  running: { tone: 'warning', icon: 'running' },
  stopping: { tone: 'warning', icon: 'stop' },
  stopped: { tone: 'plain', icon: 'stop' },
  completed: { tone: 'keep', icon: 'check' },
  completed_with_errors: { tone: 'warning', icon: 'warning' },
  failed: { tone: 'error', icon: 'error' },
};

export interface JobState extends Pick<Job, 'status' | 'kind' | 'endedBy'> {
  counts: Counts;
  /** When all that is left is tried again, RFC 3339. */
  waitsUntil?: string | null;
}

/** How an import stands. One that ended without a single new image is no plain success. */
export function jobLooks(state: JobState): Looks & { text: string } {
  const { status, kind, endedBy, counts, waitsUntil = null } = state;
  const isOver = status === 'completed' || status === 'completed_with_errors';
  if (isOver && counts.stored === 0) {
    return { ...JOB_LOOKS.completed_with_errors, text: t.imports.nothingAdded };
  }
  if (isOver && endedBy === 'limit') return { ...JOB_LOOKS[status], text: t.imports.limitReached };
  // A list of addresses is looked through only when it is taken up again.
  if (status === 'planning' && kind === 'urls') {
    return { ...JOB_LOOKS.queued, text: t.imports.preparing };
  }
  if (status === 'running' && counts.pending === 0 && counts.deferred > 0 && waitsUntil !== null) {
    return { ...JOB_LOOKS.queued, text: t.imports.waiting(formatClock(waitsUntil)) };
  }
  return { ...JOB_LOOKS[status], text: t.imports.statuses[status] };
}
