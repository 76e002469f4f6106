import { CONCURRENT_FETCHES } from '../../src/queues/turn-pool.ts';
import type { Visit } from './manifest.ts';

/** The last tries wait for stalled answers and pauses: they say nothing about the speed. */
const STEADY_SHARE = 0.95;

export interface ConnectionUse {
  /** Requests for URLs that nobody had asked for before, a second, over the first 95 % of them. */
  requestsPerSecond: number;
  /** Mean time from a request to the head of its answer. */
  latencyMs: number;
  /** What the connections of one invocation could ask for a second at this latency. */
  bound: number;
}

/** How near the requests of a run came to what its connections allow. Null without requests. */
export function measureConnections(log: Visit[]): ConnectionUse | null {
  const visits = log.filter((visit) => visit.entry !== null);
  const waits = visits.flatMap(({ at, headAt }) => (headAt === null ? [] : headAt - at));
  const first = new Map<number | null, number>();
  for (const { entry, at } of visits) if (!first.has(entry)) first.set(entry, at);
  const starts = [...first.values()].sort((a, b) => a - b);
  const steady = starts.slice(0, Math.ceil(starts.length * STEADY_SHARE));
  const begin = steady[0];
  const end = steady.at(-1);
  if (begin === undefined || end === undefined || end === begin || waits.length === 0) return null;
  const latencyMs = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  return {
    requestsPerSecond: ((steady.length - 1) * 1_000) / (end - begin),
    latencyMs,
    bound: (CONCURRENT_FETCHES * 1_000) / latencyMs,
  };
}
