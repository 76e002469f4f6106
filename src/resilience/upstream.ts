import { AppError } from '../errors/app-error.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { readRetryAfter } from '../lib/retry-after.ts';
import { sleep } from '../lib/sleep.ts';
import { BreakerOpenError } from './breaker.ts';
import { callHeaders, type CallScope } from './call-scope.ts';
import type { Caller } from './caller.ts';
import { guardedCall } from './guarded-call.ts';
import { retry } from './retry.ts';

/** An answer that says nothing but that the service is in trouble: 5xx, or 429. */
export class UpstreamStatusError extends Error {
  override name = 'UpstreamStatusError';
  readonly status: number;
  /** What Retry-After asks for, in milliseconds; null when it is not there. */
  readonly retryAfterMs: number | null;

  constructor(upstream: string, status: number, retryAfterMs: number | null) {
    super(`${upstream} answered ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

interface UpstreamOptions extends Caller {
  /** Of the whole call with its retries and the reading of the answer, in milliseconds. */
  deadlineMs: number;
  /** Retries of a call that says it is safe to repeat. */
  retries: number;
  /** What the breaker is kept by: the service's origin. */
  address: string;
  send?: typeof fetch;
  clock?: Clock;
}

interface UpstreamCall extends RequestInit {
  /** Whether asking twice is the same as asking once. Default: for GET and HEAD. */
  isRepeatable?: boolean;
  /** To find out whether the service answers: it is asked whatever its breaker says. */
  isProbe?: boolean;
}

/** One service of ours over HTTP, on behalf of one piece of work. */
export interface Upstream {
  /**
   * Asks and reads the answer, which `read` does to its end under the same deadline; answers of 5xx and 429 are not read.
   * Errors: `unavailable` with the seconds after which to try again, whatever befell the call; what `read` throws as it
   * is, when it is an AppError.
   */
  call<T>(url: string, init: UpstreamCall, read: (response: Response) => Promise<T>): Promise<T>;
}

const TOO_MANY_REQUESTS = 429;
const REPEATABLE = new Set(['GET', 'HEAD']);

/**
 * The one way out to services of ours: with a deadline that aborts, a breaker, retries with a budget, the request id and
 * a span. Foreign hosts that are crawled are not asked this way: docs/decisions/0017 says why.
 */
export function upstream(name: string, options: UpstreamOptions): Upstream {
  const { deadlineMs, address, settings, memory, scope, clock = systemClock } = options;
  const send = options.send ?? (async (...args: Parameters<typeof fetch>) => await fetch(...args));
  const budget = memory.retryBudget(name, address, settings.retries);
  const guard = {
    name,
    scope,
    breaker: memory.breaker(name, address, settings.breaker),
    slowMs: settings.slowMs,
    isFault: (error: unknown) => !(error instanceof AppError),
  };

  async function ask<T>(
    url: string,
    init: RequestInit,
    read: (response: Response) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const headers = new Headers(init.headers);
    for (const [header, value] of Object.entries(callHeaders(scope))) headers.set(header, value);
    const response = await send(url, { ...init, headers, signal });
    try {
      if (response.status >= 500 || response.status === TOO_MANY_REQUESTS)
        throw new UpstreamStatusError(name, response.status, retryAfterMs(response, clock));
      return await read(response);
    } catch (error) {
      // A body that nobody reads holds its connection.
      if (response.body && !response.bodyUsed) await response.body.cancel().catch(() => undefined);
      throw error;
    }
  }

  return {
    async call(url, { isRepeatable, isProbe = false, ...init }, read) {
      const endsAt = clock.now() + deadlineMs;
      const leftMs = () => endsAt - clock.now();
      const canRepeat = isRepeatable ?? REPEATABLE.has(init.method ?? 'GET');
      try {
        return await retry(
          async () =>
            await guardedCall(
              isProbe ? { ...guard, breaker: null } : guard,
              Math.max(1, leftMs()),
              async (signal) => await ask(url, init, read, signal),
            ),
          {
            retries: canRepeat ? options.retries : 0,
            figures: settings.retries,
            budget,
            leftMs,
            waitOf: (error) => waitOf(error, scope),
            sleep: async (ms) => await sleep(ms, scope.signal ?? undefined),
            random: Math.random,
          },
        );
      } catch (error) {
        throw toUnavailable(name, error);
      }
    },
  };
}

function waitOf(error: unknown, scope: CallScope): number | null {
  if (scope.signal?.aborted || error instanceof AppError || error instanceof BreakerOpenError) return null;
  return error instanceof UpstreamStatusError ? (error.retryAfterMs ?? 0) : 0;
}

function retryAfterMs(response: Response, clock: Clock): number | null {
  const now = clock.now();
  const at = readRetryAfter(response.headers.get('retry-after'), now);
  return at === null ? null : at - now;
}

function toUnavailable(name: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const hasTime = error instanceof BreakerOpenError || error instanceof UpstreamStatusError;
  const waitMs = (hasTime ? error.retryAfterMs : null) ?? 1_000;
  return new AppError('unavailable', `A service that is needed (${name}) does not answer.`, {
    cause: error,
    retryAfter: Math.max(1, Math.ceil(waitMs / 1_000)),
  });
}
