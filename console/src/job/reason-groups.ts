import type { RetryInput } from '../api/endpoints.ts';
import type { Counts, ItemStatus, Job } from '../api/types.ts';
import type { t } from '../strings.ts';
import type { ItemFilter } from './job-filter.ts';
import type { Tally } from './tally-reasons.ts';

/** The one thing to do about a group. All but `show` take the addresses up again. */
export type Step = keyof typeof t.reasons.steps;

/** Statuses whose reasons have to be counted address by address. */
export const TALLIED = ['deferred', 'failed', 'blocked', 'rejected'] as const;
export type Tallies = Partial<Record<(typeof TALLIED)[number], Tally>>;

/** Addresses that were not added for the same reason. */
export interface ReasonGroup {
  status: ItemStatus;
  /** Null when the group is all addresses of the status. */
  reason: string | null;
  count: number;
  /** There may be more than `count`. */
  isAtLeast: boolean;
  step: Step;
}

/** Another try helps only where the fault may pass; the others are for a person to look at. */
const STEPS: Record<keyof typeof t.reason, Step> = {
  too_small: 'show',
  aspect: 'show',
  too_large: 'show',
  format: 'show',
  not_image: 'show',
  corrupt: 'show',
  robots: 'show',
  noai: 'show',
  private_address: 'show',
  policy: 'show',
  dns: 'retry',
  timeout: 'retry',
  tls: 'show',
  http_4xx: 'show',
  http_5xx: 'retry',
  reset: 'retry',
  redirects: 'show',
  dead_letter: 'retry',
  stopped: 'goOn',
  limit: 'importRest',
};

const REASON_ORDER = Object.keys(STEPS);

function stepFor(reason: string, canRetry: boolean): Step {
  const steps: Readonly<Record<string, Step>> = STEPS;
  return canRetry && Object.hasOwn(steps, reason) ? (steps[reason] ?? 'show') : 'show';
}

/** Known reasons in a fixed order, so that groups never change places while their numbers grow. */
function byOrder(one: string, other: string): number {
  return REASON_ORDER.indexOf(one) - REASON_ORDER.indexOf(other);
}

function talliedGroups(status: ItemStatus, tally: Tally | undefined, canRetry: boolean): ReasonGroup[] {
  if (!tally) return [];
  return [...tally.byReason.keys()].sort(byOrder).map((reason) => ({
    status,
    reason: reason === '' ? null : reason,
    count: tally.byReason.get(reason) ?? 0,
    isAtLeast: !tally.isComplete,
    step: stepFor(reason, canRetry),
  }));
}

/** Why addresses were not added, what may be taken up again first. `canRetry`: the import has ended and is ours. */
export function groupReasons(
  counts: Counts,
  tallies: Tallies,
  { endedBy, canRetry }: { endedBy: Job['endedBy']; canRetry: boolean },
): ReasonGroup[] {
  const groups: ReasonGroup[] = [];
  if (counts.deferred > 0) {
    groups.push({
      status: 'deferred',
      reason: null,
      count: counts.deferred,
      isAtLeast: false,
      step: 'show',
    });
  }
  if (counts.skipped > 0) {
    const reason = endedBy ?? 'limit';
    const step = stepFor(reason, canRetry);
    groups.push({ status: 'skipped', reason, count: counts.skipped, isAtLeast: false, step });
  }
  for (const status of ['failed', 'blocked', 'rejected'] as const) {
    if (counts[status] > 0) groups.push(...talliedGroups(status, tallies[status], canRetry));
  }
  return groups;
}

/** What lists the addresses of a group. Skipped ones share one reason, and are listed by their status. */
export function filterOf({ status, reason }: ReasonGroup): ItemFilter {
  return { status, reason: status === 'skipped' ? null : reason };
}

/** What takes the addresses of a group up again. */
export function retryOf(group: ReasonGroup): RetryInput {
  const { status, reason } = filterOf(group);
  return { statuses: status === null ? [] : [status], reasons: reason === null ? null : [reason] };
}
