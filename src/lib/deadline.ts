export class DeadlineError extends Error {
  override name = 'DeadlineError';
}

/**
 * Settles with `work`, or rejects with a DeadlineError after `ms` milliseconds. For calls that take no
 * AbortSignal: the work itself is not stopped, only no longer waited for.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(`${what} did not answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A timer that comes so much too late says that the whole process stood still, and nothing of what it waits for. */
const LATE_MS = 25;
/** In which answers are heard that came meanwhile. */
const GRACE_MS = 5;

/**
 * Runs `work` with a signal that aborts, as a DeadlineError, after `ms` milliseconds. Unlike that of
 * AbortSignal.timeout its timer ends with the work: a Durable Object with a timer under way stays awake. A process that
 * was stopped finds its timers due before the answers that have come: those are heard first.
 */
export async function withAbort<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const abort = () => deadline.abort(new DeadlineError(`no answer within ${ms} ms`));
  const started = performance.now();
  let timer = setTimeout(() => {
    if (performance.now() - started < ms + LATE_MS) abort();
    else timer = setTimeout(abort, GRACE_MS);
  }, ms);
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}
