import { describe, expect, it } from 'vitest';
import { createSingleFlight } from '../../../src/cache/single-flight.ts';

describe('those who ask at the same time', () => {
  it('get what the first one loads', async () => {
    const flights = createSingleFlight<number>(() => 0);
    const opened = Promise.withResolvers<number>();
    let loads = 0;
    const load = async () => {
      loads += 1;
      return await opened.promise;
    };
    const answers = Array.from({ length: 20 }, () => flights.run('key', 60_000, load));
    opened.resolve(7);
    const landed = await Promise.all(answers);
    expect(landed.map((one) => one?.value)).toEqual(Array.from({ length: 20 }, () => 7));
    expect(landed.filter((one) => one?.isOwn)).toHaveLength(1);
    expect(loads).toBe(1);
  });

  it('load by themselves when the first one fails, and hear nothing of its error', async () => {
    const flights = createSingleFlight<number>(() => 0);
    const opened = Promise.withResolvers<number>();
    const first = flights.run('key', 60_000, async () => await opened.promise);
    const second = flights.run('key', 60_000, async () => 1);
    opened.reject(new Error('the database is gone'));
    await expect(first).rejects.toThrow('the database is gone');
    expect(await second).toBeNull();
  });

  it('wait no longer than they may', async () => {
    const flights = createSingleFlight<number>(() => 0);
    const opened = Promise.withResolvers<number>();
    const first = flights.run('key', 60_000, async () => await opened.promise);
    expect(await flights.run('key', 1, async () => 1)).toBeNull();
    opened.resolve(2);
    expect((await first)?.value).toBe(2);
  });

  it('do not wait for one that was begun long ago, or for another key', async () => {
    let now = 0;
    const flights = createSingleFlight<string>(() => now);
    const never = Promise.withResolvers<string>();
    const first = flights.run('key', 60_000, async () => await never.promise);
    expect([flights.isUnderWay('key'), flights.isUnderWay('other')]).toEqual([true, false]);
    expect(await flights.run('other', 60_000, async () => 'other')).toMatchObject({ value: 'other' });
    now = 10_000;
    expect(flights.isUnderWay('key')).toBe(false);
    expect(await flights.run('key', 60_000, async () => 'again')).toMatchObject({ value: 'again' });
    never.resolve('late');
    expect((await first)?.value).toBe('late');
  });
});
