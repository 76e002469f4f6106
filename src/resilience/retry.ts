import type { Settings } from '../settings/index.ts';

/** Caps what retries add to the load of a dependency that is in trouble. Lives as long as the isolate. */
export interface RetryBudget {
  /** A first try: it earns a part of a retry. */
  earn(): void;
  /** Whether one more retry may be made, which it then takes. */
  spend(): boolean;
}

export function createRetryBudget({ budgetRatio, budgetBurst }: Settings['retries']): RetryBudget {
  let tokens = budgetBurst;
  return {
    earn() {
      tokens = Math.min(budgetBurst, tokens + budgetRatio);
    },
    spend() {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** What decides about one more try. */
interface RetryPlan {
  /** Retries after the first try; 0 for what is not safe to repeat. */
  retries: number;
  figures: Settings['retries'];
  budget: RetryBudget;
  /** Milliseconds left in all. */
  leftMs(): number;
  /** Null when the error will not pass by itself; else how long the other side asks to wait, in ms (0: it does not say). */
  waitOf(error: unknown): number | null;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

/**
 * Tries again, with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), never before
 * the other side asks for it, and never when the pause would outlast the deadline. Rejects with the last error.
 */
export async function retry<T>(work: () => Promise<T>, plan: RetryPlan): Promise<T> {
  const { baseMs, maxMs } = plan.figures;
  plan.budget.earn();
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const askedMs = tries < plan.retries ? plan.waitOf(error) : null;
      if (askedMs === null) throw error;
      const pauseMs = askedMs + plan.random() * Math.min(maxMs, baseMs * 2 ** tries);
      if (pauseMs >= plan.leftMs() || !plan.budget.spend()) throw error;
      await plan.sleep(pauseMs);
    }
  }
}
