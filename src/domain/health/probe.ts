import { databaseErrorOf } from '../../db/database-error.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import type { PartReport } from './part.ts';

/** A part answers, and must not be used as it is. */
export class MisconfiguredError extends Error {
  override name = 'MisconfiguredError';
}

/** What a probe found; `value` is null unless the part is in order. */
export interface Probed<T> {
  report: PartReport;
  value: T | null;
}

export const ABSENT: Probed<never> = {
  report: { state: 'absent', latencyMs: null, lastError: null },
  value: null,
};

/** Looks at one part. Never rejects: who does not answer within `deadlineMs` is down. */
export async function probe<T>(look: () => Promise<T>, deadlineMs: number, clock: Clock): Promise<Probed<T>> {
  const startedAt = clock.now();
  const report = (state: PartReport['state'], lastError: string | null): PartReport => ({
    state,
    latencyMs: clock.now() - startedAt,
    lastError,
  });
  try {
    const value = await withDeadline(look(), deadlineMs, 'a probe');
    return { report: report('ok', null), value };
  } catch (error) {
    const state = error instanceof MisconfiguredError ? 'misconfigured' : 'down';
    return { report: report(state, errorClass(error)), value: null };
  }
}

/** The class of an error, or of what our own one stands for. Never its text, for anybody may read it. */
export function errorClass(error: unknown): string {
  if (error instanceof AppError && error.cause !== undefined) return errorClass(error.cause);
  const refused = databaseErrorOf(error);
  if (refused) return refused.sourceError === undefined ? 'DatabaseError' : errorClass(refused.sourceError);
  const name = error instanceof Error ? error.name : typeof error;
  return /^[A-Za-z]{1,60}$/.test(name) ? name : 'Error';
}
