import type { Progress } from '../api/types.ts';
import { formatDuration } from '../format.ts';
import { t } from '../strings.ts';

/** Below this many a second, a rate reads better by the minute. */
const SLOW_PER_SECOND = 0.95;
const SOON_SECONDS = 10;
/** Under a minute, seconds are told in tens: a countdown would only show how rough the estimate is. */
const SECONDS_STEP = 10;

/** How fast results come in, or null while none do. */
export function rateWords({ rate }: Pick<Progress, 'rate'>): string | null {
  if (rate <= 0) return null;
  const oneDecimal = Math.round(rate * 10) / 10;
  return rate < SLOW_PER_SECOND ? t.job.rateByMinute(Math.ceil(rate * 60)) : t.job.rate(oneDecimal);
}

/**
 * How long the rest will take at the present rate, or null when the service gives no estimate. Computed from the
 * rate and not from the estimated time of day, because the clock of this machine may be off.
 */
export function timeLeftWords({
  estimatedEndAt,
  pending,
  rate,
}: Pick<Progress, 'estimatedEndAt' | 'pending' | 'rate'>): string | null {
  if (estimatedEndAt === null || rate <= 0) return null;
  const seconds = pending / rate;
  if (seconds < SOON_SECONDS) return t.job.secondsLeft;
  const told = seconds < 55 ? Math.round(seconds / SECONDS_STEP) * SECONDS_STEP : Math.max(60, seconds);
  return t.job.timeLeft(formatDuration(told));
}

/** How long a finished import took, or its last run after a retry; null when it has not finished. */
export function tookWords({
  startedAt,
  finishedAt,
  runs = 1,
}: Pick<Progress, 'startedAt' | 'finishedAt'> & Partial<Pick<Progress, 'runs'>>): string | null {
  if (startedAt === null || finishedAt === null) return null;
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000;
  const duration = formatDuration(seconds);
  return runs > 1 ? t.job.lastRunTook(duration) : t.job.took(duration);
}
