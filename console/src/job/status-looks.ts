import type { Counts, ItemStatus, JobStatus } from '../api/types.ts';
import type { Tone } from '../components/chip.tsx';
import type { IconName } from '../components/icon.tsx';
import { t } from '../strings.ts';

/** Colour and icon of each status; the word beside them is always shown as well. */
export const ITEM_LOOKS: Record<ItemStatus, { tone: Tone; icon: IconName }> = {
  stored: { tone: 'keep', icon: 'check' },
  duplicate_exact: { tone: 'info', icon: 'twice' },
  skipped: { tone: 'plain', icon: 'skipped' },
  rejected: { tone: 'warning', icon: 'warning' },
  blocked: { tone: 'blocked', icon: 'blocked' },
  failed: { tone: 'error', icon: 'error' },
  pending: { tone: 'plain', icon: 'clock' },
};

const JOB_LOOKS: Record<JobStatus, { tone: Tone; icon: IconName }> = {
  draft: { tone: 'plain', icon: 'clock' },
  queued: { tone: 'plain', icon: 'clock' },
  running: { tone: 'warning', icon: 'running' },
  completed: { tone: 'keep', icon: 'check' },
  completed_with_errors: { tone: 'warning', icon: 'warning' },
  failed: { tone: 'error', icon: 'error' },
};

/** How an import stands. One that ended without a single new image is no plain success. */
export function jobLooks(status: JobStatus, counts: Counts | undefined) {
  const isOver = status === 'completed' || status === 'completed_with_errors';
  return isOver && counts?.stored === 0
    ? { ...JOB_LOOKS.completed_with_errors, text: t.imports.nothingAdded }
    : { ...JOB_LOOKS[status], text: t.imports.statuses[status] };
}
