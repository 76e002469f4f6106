import type { NameService } from '../../src/crawl/name-service.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Caller } from '../../src/resilience/caller.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createDependencyMemory } from '../../src/resilience/dependency-memory.ts';
import { upstream } from '../../src/resilience/upstream.ts';
import { defaultSettings } from '../../src/settings/index.ts';

/** A caller whose breakers nobody else has part in. */
export function newCaller(clock: Clock = { now: () => Date.now() }): Caller {
  const memory = createDependencyMemory(clock);
  return { scope: openScope('test'), settings: defaultSettings(), memory };
}

/** A name service at an address, whose time stands still. */
export function nameServiceAt(url: string, send: typeof fetch = fetch): NameService {
  const clock = { now: () => 0 };
  const deadlineMs = defaultSettings().deadlines.namesMs;
  const options = { ...newCaller(clock), deadlineMs, retries: 0, address: url, clock, send };
  return { url, service: upstream('names', options) };
}
