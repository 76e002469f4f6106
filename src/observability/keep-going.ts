import { describeError, logEvent } from './logger.ts';

/** Lets work go on after the reply, or after the message, that it belongs to; its failure is logged by its name. */
export function keepGoing(
  context: Pick<ExecutionContext, 'waitUntil'>,
  { name, requestId }: { name: string; requestId: string },
  work: Promise<unknown>,
): void {
  const guarded = work.catch((error: unknown) => {
    logEvent('error', 'background_failed', { requestId, name, ...describeError(error) });
  });
  context.waitUntil(guarded);
}
