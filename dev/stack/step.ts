const SLOW_AFTER_MS = 8_000;

/** A step of the start that failed, in the words that the user reads. */
export class StepError extends Error {
  readonly step: string;
  readonly advice: string;
  constructor(step: string, cause: unknown, advice: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.step = step;
    this.advice = advice;
  }
}

export interface StepOptions<T> {
  name: string;
  /** What to do when the step fails. */
  advice: string;
  run: () => Promise<T>;
  /** A few words about the outcome, for the progress line. */
  describe?: (result: T) => string;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}

/** Runs one step and prints a line when it is done, or when it takes long. Rejects with a `StepError`. */
export async function runStep<T>(options: StepOptions<T>, print: (line: string) => void): Promise<T> {
  const label = options.name.padEnd(12);
  const startedAt = performance.now();
  const slow = setInterval(() => print(`  ${label} still at it (${seconds(startedAt)})`), SLOW_AFTER_MS);
  try {
    const result = await options.run();
    const details = options.describe?.(result) ?? '';
    print(`  ${label} ${seconds(startedAt)}${details === '' ? '' : `  ${details}`}`);
    return result;
  } catch (error) {
    throw error instanceof StepError ? error : new StepError(options.name, error, options.advice);
  } finally {
    clearInterval(slow);
  }
}

/** Waits for all, also when one fails, so that nothing is still being started while everything is stopped. */
export async function settleAll<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}
