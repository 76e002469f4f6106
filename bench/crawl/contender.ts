import type { Cost } from '../lib/meter.ts';
import type { Outcome } from './manifest.ts';

export const CONTENDERS = ['darkroom', 'crawlee', 'crawleeOnDisk', 'node'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** One run of a contender over all URLs of a profile. */
export interface Run {
  /** From the order to start to the last result. */
  seconds: number;
  /** Null where it cannot be measured. */
  cost: Cost | null;
  outcomes: Outcome[];
}
