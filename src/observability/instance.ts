import * as platform from 'node:process';
import type { Clock } from '../lib/clock.ts';

/** The isolate that answers, one of many. */
export interface InstanceFigures {
  id: string;
  /** Since its first request. */
  ageMs: number;
  /** Of its heap; null where the platform does not say. */
  memoryBytes: number | null;
  /** Time of computing; null where the platform does not say. */
  cpuMs: number | null;
}

/** Of node:process, as far as it is there. */
interface Usage {
  memoryUsage?: () => { heapUsed: number };
  /** Microseconds. */
  resourceUsage?: () => { userCPUTime: number; systemCPUTime: number };
}

// Isolate lifetime. Made by the first request: the platform has neither time nor chance before.
let instance: { id: string; startedAt: number } | null = null;

/** Which isolate this is, and how it does. */
export function describeInstance(clock: Clock): InstanceFigures {
  instance ??= { id: crypto.randomUUID(), startedAt: clock.now() };
  return { id: instance.id, ageMs: clock.now() - instance.startedAt, ...readUsage(platform) };
}

/** Cloudflare has these functions of Node, which answer with zeros; its types leave them out. */
function readUsage({ memoryUsage, resourceUsage }: Usage): Pick<InstanceFigures, 'memoryBytes' | 'cpuMs'> {
  const { userCPUTime = 0, systemCPUTime = 0 } = resourceUsage?.() ?? {};
  return {
    memoryBytes: memoryUsage?.().heapUsed || null,
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1_000) || null,
  };
}
