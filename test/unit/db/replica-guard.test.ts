import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createReplicaGuard, REPLICA_PAUSE_MS } from '../../../src/db/replica-guard.ts';
import { fakeClock } from '../../helpers/fakes/clock.ts';

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(console, 'info').mockImplementation(() => undefined);
});

function guarded() {
  const clock = fakeClock();
  const guard = createReplicaGuard(clock);
  const failTimes = (times: number) => Array.from({ length: times }, () => guard.failed());
  return { clock, guard, failTimes };
}

describe('the guard of a replica', () => {
  it('keeps reads away after three failures without a success between them', () => {
    const { guard, failTimes } = guarded();
    failTimes(2);
    guard.served();
    failTimes(2);
    expect(guard.enter()).toBe(true);
    expect(guard.isPaused()).toBe(false);
    failTimes(1);
    expect(guard.enter()).toBe(false);
    expect(guard.isPaused()).toBe(true);
  });

  it('keeps them away at once from one that lags', () => {
    const { guard } = guarded();
    guard.lags();
    expect(guard.enter()).toBe(false);
  });

  it('lets one read try at the end of each pause, also when that one says nothing', async () => {
    const { clock, guard, failTimes } = guarded();
    failTimes(3);
    await clock.advance(REPLICA_PAUSE_MS - 1);
    expect(guard.enter()).toBe(false);
    await clock.advance(1);
    expect([guard.enter(), guard.enter()]).toEqual([true, false]);
    await clock.advance(REPLICA_PAUSE_MS);
    expect([guard.enter(), guard.enter()]).toEqual([true, false]);
    guard.failed();
    expect(guard.enter()).toBe(false);
  });

  it('lets all in again once one was served', async () => {
    const { clock, guard, failTimes } = guarded();
    failTimes(3);
    await clock.advance(REPLICA_PAUSE_MS);
    expect(guard.enter()).toBe(true);
    guard.served();
    expect([guard.enter(), guard.enter()]).toEqual([true, true]);
    failTimes(2);
    expect(guard.enter()).toBe(true);
  });
});
