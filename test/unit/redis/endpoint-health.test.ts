import { describe, expect, it } from 'vitest';
import { createEndpointHealth } from '../../../src/redis/endpoint-health.ts';
import { fakeClock } from '../../helpers/fakes/clock.ts';

describe('an endpoint', () => {
  it('is given up after five failures in a row, and used again after one success', () => {
    const health = createEndpointHealth(fakeClock());
    for (let count = 0; count < 4; count++) health.noteFailure();
    expect(health.isUsable()).toBe(true);
    health.noteSuccess(1);
    for (let count = 0; count < 4; count++) health.noteFailure();
    expect(health.isUsable()).toBe(true);
    health.noteFailure();
    expect(health.isUsable()).toBe(false);
    health.noteSuccess(1);
    expect(health.isUsable()).toBe(true);
  });

  it('is asked how it is by one caller every two seconds, while nobody uses it', async () => {
    const clock = fakeClock();
    const health = createEndpointHealth(clock);
    expect(health.takeProbe()).toBe(false);
    for (let count = 0; count < 5; count++) health.noteFailure();
    expect(health.takeProbe()).toBe(false);
    await clock.advance(2_000);
    expect([health.takeProbe(), health.takeProbe()]).toEqual([true, false]);
    health.noteFailure();
    await clock.advance(1_999);
    expect(health.takeProbe()).toBe(false);
    await clock.advance(1);
    expect(health.takeProbe()).toBe(true);
  });

  it('may take three times what it takes on average, within bounds', () => {
    const health = createEndpointHealth(fakeClock());
    expect(health.deadlineMs(150)).toBe(150);
    for (let count = 0; count < 200; count++) health.noteSuccess(100);
    expect(health.deadlineMs(150)).toBeCloseTo(300);
    for (let count = 0; count < 200; count++) health.noteSuccess(400);
    expect(health.deadlineMs(150)).toBe(500);
    for (let count = 0; count < 200; count++) health.noteSuccess(1);
    expect(health.deadlineMs(150)).toBe(150);
  });
});
