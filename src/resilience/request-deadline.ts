import { DeadlineError } from '../lib/deadline.ts';

/** Whoever asked has gone: nobody waits for the answer. */
export class CallerGoneError extends Error {
  override name = 'CallerGoneError';
}

/** The end of one request's time. */
export interface RequestDeadline {
  /** Aborts what is done for the request. */
  signal: AbortSignal;
  /**
   * Settles with `work`, or rejects with a DeadlineError once `ms` milliseconds have passed; the signal then aborts what
   * the work waits for. `gone` aborts it before, as a CallerGoneError; null: whoever asked may go. Once it has settled
   * nothing aborts any more: what goes on after the reply has deadlines of its own.
   */
  run(ms: number, gone: AbortSignal | null, work: () => Promise<void>): Promise<void>;
}

export function createRequestDeadline(): RequestDeadline {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    async run(ms, gone, work) {
      const { promise: over, reject } = Promise.withResolvers<never>();
      const end = (error: Error) => {
        // Before the work hears of it: the first one to settle is the answer.
        reject(error);
        controller.abort(error);
      };
      const timer = setTimeout(() => end(new DeadlineError(`the request took longer than ${ms} ms`)), ms);
      const leave = () => end(new CallerGoneError('whoever asked has gone'));
      if (gone?.aborted) leave();
      gone?.addEventListener('abort', leave, { once: true });
      try {
        await Promise.race([over, work()]);
      } finally {
        clearTimeout(timer);
        gone?.removeEventListener('abort', leave);
      }
    },
  };
}
