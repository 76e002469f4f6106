import { beforeEach, describe, expect, it } from 'vitest';
import { type Breaker, BreakerOpenError, createBreaker } from '../../../src/resilience/breaker.ts';

const FIGURES = { windowMs: 10_000, failureRatio: 0.5, minCalls: 10, failuresInARow: 5, pauseMs: 2_000 };
const LEASE_MS = 300;
const FAULT = { kind: 'fault', error: new TypeError('reset') } as const;
const OK = { kind: 'ok' } as const;

let now: number;
let breaker: Breaker;
beforeEach(() => {
  now = 1_000_000;
  breaker = createBreaker('redis', { now: () => now }, FIGURES);
});

function call(outcome: typeof FAULT | typeof OK | { kind: 'void' }, times = 1): void {
  for (let nth = 0; nth < times; nth++) breaker.admit(LEASE_MS)(outcome);
}

function isRefused(): boolean {
  try {
    breaker.admit(LEASE_MS)({ kind: 'void' });
    return false;
  } catch (error) {
    if (error instanceof BreakerOpenError) return true;
    throw error;
  }
}

describe('a closed breaker', () => {
  it('opens after so many faults in a row, whatever came before', () => {
    call(OK, 1_000);
    call(FAULT, 4);
    expect(isRefused()).toBe(false);
    call(FAULT);
    expect(isRefused()).toBe(true);
    expect(breaker.state()).toMatchObject({ name: 'redis', state: 'open', lastFault: 'TypeError' });
  });

  it('opens by the share of faults, among enough calls', () => {
    for (let nth = 0; nth < 4; nth++) {
      call(FAULT);
      call(OK);
    }
    call(FAULT);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 9, faults: 5 });
    call(FAULT);
    expect(breaker.state().state).toBe('open');
  });

  it('is not opened by a success, which may be the call that makes them enough', () => {
    for (const times of [4, 3]) {
      call(FAULT, times);
      call(OK);
    }
    expect(breaker.state()).toMatchObject({ calls: 9, faults: 7 });
    call(OK);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 10 });
    call(FAULT);
    expect(breaker.state().state).toBe('open');
  });

  it('stays closed below that share', () => {
    for (let nth = 0; nth < 100; nth++) {
      call(FAULT);
      call(OK, 2);
    }
    expect(breaker.state().state).toBe('closed');
  });

  it('forgets what is older than the window, part by part', () => {
    for (let nth = 0; nth < 4; nth++) {
      call(FAULT);
      call(OK);
    }
    now += 9_000;
    expect(breaker.state()).toMatchObject({ calls: 8, faults: 4 });
    now += 1_000;
    expect(breaker.state()).toMatchObject({ calls: 0, faults: 0 });
    call(FAULT, 2);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 2 });
  });

  it('does not count what says nothing about the other side', () => {
    call({ kind: 'void' }, 100);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 0 });
  });

  it('counts an outcome once', () => {
    const tell = breaker.admit(LEASE_MS);
    for (let nth = 0; nth < 100; nth++) tell(FAULT);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 1, faults: 1 });
  });
});

describe('an open breaker', () => {
  beforeEach(() => call(FAULT, 5));

  it('says at once how long it will be', () => {
    now += 500;
    expect(() => breaker.admit(LEASE_MS)).toThrow(expect.objectContaining({ retryAfterMs: 1_500 }));
    expect(breaker.state()).toMatchObject({ state: 'open', retryAfterMs: 1_500 });
  });

  it('lets one call at a time try after the pause', () => {
    now += 2_000;
    expect(breaker.state().state).toBe('half-open');
    const tell = breaker.admit(LEASE_MS);
    expect(isRefused()).toBe(true);
    tell(OK);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 0 });
    expect(isRefused()).toBe(false);
  });

  it('opens for another pause when that fails', () => {
    now += 2_000;
    call(FAULT);
    now += 1_999;
    expect(isRefused()).toBe(true);
    now += 1;
    expect(isRefused()).toBe(false);
  });

  it('lets the next one try when the one that tried says nothing about the other side', () => {
    now += 2_000;
    call({ kind: 'void' });
    const tell = breaker.admit(LEASE_MS);
    tell(OK);
    expect(breaker.state().state).toBe('closed');
  });

  it('does not wait for ever for one that never tells, nor listen to it afterwards', () => {
    now += 2_000;
    const forgotten = breaker.admit(LEASE_MS);
    now += LEASE_MS - 1;
    expect(isRefused()).toBe(true);
    now += 1;
    const tell = breaker.admit(LEASE_MS);
    forgotten(OK);
    expect(breaker.state().state).toBe('half-open');
    tell(OK);
    expect(breaker.state().state).toBe('closed');
  });

  it('is not closed by a call that was let through before it opened, nor opened by one after it closed', () => {
    now += 2_000;
    call(OK);
    const late = Array.from({ length: 4 }, () => breaker.admit(LEASE_MS));
    const early = breaker.admit(LEASE_MS);
    call(FAULT, 5);
    early(OK);
    expect(breaker.state().state).toBe('open');
    now += 2_000;
    call(OK);
    for (const tell of late) tell(FAULT);
    call(FAULT, 4);
    expect(breaker.state()).toMatchObject({ state: 'closed', calls: 4 });
  });
});
