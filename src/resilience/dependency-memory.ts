import type { Clock } from '../lib/clock.ts';
import type { Settings } from '../settings/index.ts';
import { type Breaker, type BreakerState, createBreaker } from './breaker.ts';
import { createRetryBudget, type RetryBudget } from './retry.ts';

/** What an isolate remembers of the parts that it calls, by name and address: numbers only, nothing of a request. */
export interface DependencyMemory {
  breaker(name: string, address: string, figures: Settings['breaker']): Breaker;
  retryBudget(name: string, address: string, figures: Settings['retries']): RetryBudget;
  /** Of every breaker that was asked for. */
  states(): BreakerState[];
}

/** Grows with the dependencies that the configuration names, and no further. */
export function createDependencyMemory(clock: Clock): DependencyMemory {
  const breakers = new Map<string, Breaker>();
  const budgets = new Map<string, RetryBudget>();
  return {
    breaker: (name, address, figures) =>
      remember(breakers, `${name} ${address}`, () => createBreaker(name, clock, figures)),
    retryBudget: (name, address, figures) =>
      remember(budgets, `${name} ${address}`, () => createRetryBudget(figures)),
    states: () => [...breakers.values()].map((breaker) => breaker.state()),
  };
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
