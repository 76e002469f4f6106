import type { Services } from '../services.ts';
import { AppError, type FieldError } from '../errors/app-error.ts';

/** Which copies are to go. Paths begin with `/` and may have a query; a place that keeps them by less forgets more. */
export type PurgeScope = { tags: string[] } | { paths: string[] } | { everything: true };

/** A place that keeps copies of replies or of what they are made from. */
export interface Purger {
  name: string;
  /**
   * Forgets the copies; to forget what is not there does no harm. False where there is no such place on this
   * installation. Rejects, with a PurgeError where the place says why, when copies may still be there.
   */
  purge(scope: PurgeScope): Promise<boolean>;
}

/** What a place answered instead of forgetting. */
export class PurgeError extends Error {
  override name = 'PurgeError';
}

export interface PurgedPlace {
  name: string;
  state: 'purged' | 'absent';
}

/** A place never takes more than so many tags or paths at once: what Cloudflare allows in one call. */
export const MAX_PURGE_ITEMS = 100;
const DEFAULT_RETRY_SECONDS = 30;
const MAX_MESSAGE_LENGTH = 200;

/**
 * Asks every place at once; none waits for another. Errors: `unavailable`, naming the places where copies may still be,
 * after all have answered. To ask again is always right.
 */
export async function purgeEverywhere(
  services: Pick<Services, 'purgers'>,
  scope: PurgeScope,
): Promise<PurgedPlace[]> {
  const { purgers } = services;
  const outcomes = await Promise.allSettled(purgers.map(async (one) => await one.purge(scope)));
  const failures: FieldError[] = [];
  const waits: number[] = [];
  const causes: unknown[] = [];
  const places = outcomes.flatMap((outcome, index): PurgedPlace[] => {
    const name = purgers[index]?.name ?? '';
    if (outcome.status === 'fulfilled') return [{ name, state: outcome.value ? 'purged' : 'absent' }];
    const reason: unknown = outcome.reason;
    const said = reason instanceof PurgeError ? reason.message : 'did not answer';
    if (reason instanceof AppError) waits.push(reason.options.retryAfter ?? 0);
    failures.push({ path: name, message: said.slice(0, MAX_MESSAGE_LENGTH) });
    causes.push(reason);
    return [];
  });
  if (failures.length === 0) return places;
  throw new AppError('unavailable', 'Copies may still be where the errors name. Purge again.', {
    errors: failures,
    cause: causes[0],
    retryAfter: Math.max(DEFAULT_RETRY_SECONDS, ...waits),
  });
}
