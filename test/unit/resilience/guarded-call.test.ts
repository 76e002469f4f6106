import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBreaker } from '../../../src/resilience/breaker.ts';
import { openScope } from '../../../src/resilience/call-scope.ts';
import { guardedCall } from '../../../src/resilience/guarded-call.ts';

const FIGURES = { windowMs: 10_000, failureRatio: 0.5, minCalls: 20, failuresInARow: 2, pauseMs: 2_000 };

let now: number;
let lines: unknown[];
beforeEach(() => {
  now = 1_000_000;
  lines = [];
  for (const level of ['info', 'warn'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => {
      const { event, what, fault, requestId, route } = JSON.parse(line);
      lines.push([level, { event, what, fault, requestId, route }]);
    });
});
afterEach(() => vi.restoreAllMocks());

describe('a guarded call', () => {
  it('logs once that the breaker opened, and once that it closed, by whose outcome', async () => {
    const breaker = createBreaker('redis', { now: () => now }, FIGURES);
    const call = async (requestId: string, isGood: boolean) => {
      const scope = openScope('GET /v1/projects', requestId);
      const guard = { name: 'redis', scope, breaker, slowMs: 60_000, isFault: () => true };
      const work = async () => await (isGood ? Promise.resolve() : Promise.reject(new TypeError('reset')));
      return await guardedCall(guard, 1_000, work).catch((error: unknown) => error);
    };
    await call('a', false);
    expect(lines).toEqual([]);
    await call('b', false);
    await call('c', false);
    now += FIGURES.pauseMs;
    await call('d', false);
    now += FIGURES.pauseMs;
    await call('e', true);
    await call('f', true);
    const told = { what: 'redis', route: 'GET /v1/projects' };
    expect(lines).toEqual([
      ['warn', { ...told, event: 'breaker_opened', fault: 'TypeError', requestId: 'b' }],
      ['info', { ...told, event: 'breaker_closed', requestId: 'e' }],
    ]);
  });
});
