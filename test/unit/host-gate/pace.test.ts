import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holdUntil,
  intervalOf,
  MAX_BOOKING_LENGTH,
  MAX_BACK_OFF_MS,
  MAX_OPEN_SLOTS,
  newPace,
  type Pace,
  releaseBooking,
  reserveSlots,
} from '../../../durable-objects/host-gate/pace.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 500);
const NOW = 1_760_000_000_000;

function reserve(pace: Pace, booking: string, count: number, now: number, intervalMs = 200): number[] | null {
  return reserveSlots(pace, { booking, count, intervalMs, now });
}

/** Starts as they lie after NOW. */
function after(slots: number[] | null): number[] | undefined {
  return slots?.map((at) => at - NOW);
}

describe('the interval', () => {
  it('follows from the rate, and from the delay that a site asks for when that is longer', () => {
    expect(intervalOf(5, null)).toBe(200);
    expect(intervalOf(10_000, null)).toBeGreaterThanOrEqual(0.1);
    expect(intervalOf(0.01, null)).toBe(100_000);
    expect(intervalOf(5, 1_000)).toBe(1_000);
    expect(intervalOf(5, 0)).toBe(200);
  });

  it('is kept to the last bit, however many starts are added up', () => {
    const pace = newPace();
    const intervalMs = intervalOf(7_919, null);
    const slots = reserve(pace, 'a', 10_000, NOW, intervalMs) ?? [];
    const gaps = new Set(slots.slice(1).map((at, n) => at - (slots[n] ?? 0)));
    expect([...gaps]).toEqual([intervalMs]);
  });
});

describe('the pace of a host', () => {
  it('starts at once, and then once an interval, whoever asks', () => {
    const pace = newPace();
    expect(after(reserve(pace, 'a', 3, NOW))).toEqual([0, 200, 400]);
    expect(after(reserve(pace, 'b', 2, NOW + 50))).toEqual([600, 800]);
    expect(after(reserve(pace, 'c', 1, NOW + 900))).toEqual([1_000]);
    expect(after(reserve(pace, 'd', 2, NOW + 5_000))).toEqual([5_000, 5_200]);
  });

  it('gives a booking that asks again what it has ahead of it, and books only the rest', () => {
    const pace = newPace();
    reserve(pace, 'a', 3, NOW);
    expect(after(reserve(pace, 'a', 3, NOW + 100))).toEqual([200, 400, 600]);
    expect(after(reserve(pace, 'b', 1, NOW + 100))).toEqual([800]);
    expect(after(reserve(pace, 'a', 2, NOW + 100))).toEqual([200, 400]);
    expect(after(reserve(pace, 'a', 3, NOW + 100))).toEqual([200, 400, 600]);
  });

  it('does not make up for starts that have passed', () => {
    const pace = newPace();
    reserve(pace, 'a', 5, NOW);
    expect(after(reserve(pace, 'a', 5, NOW + 10_000))).toEqual([10_000, 10_200, 10_400, 10_600, 10_800]);
    expect(after(reserve(pace, 'a', 2, NOW + 10_000))).toEqual([10_200, 10_400]);
  });

  it('moves what was booked when the host asks for a pause', () => {
    const pace = newPace();
    reserve(pace, 'a', 3, NOW);
    holdUntil(pace, NOW + 300, NOW + 10);
    expect(after(reserve(pace, 'b', 1, NOW + 10))).toEqual([600]);
    expect(after(reserve(pace, 'a', 3, NOW + 10))).toEqual([400, 800, 1_000]);
    holdUntil(pace, NOW + 60_000, NOW + 20);
    expect(after(reserve(pace, 'a', 2, NOW + 20))).toEqual([60_000, 60_200]);
    expect(after(reserve(pace, 'c', 1, NOW + 20))).toEqual([60_400]);
  });

  it('keeps to the longest pause, up to a day', () => {
    const pace = newPace();
    holdUntil(pace, NOW + 5_000, NOW);
    holdUntil(pace, NOW + 1_000, NOW);
    expect(after(reserve(pace, 'a', 1, NOW))).toEqual([5_000]);
    holdUntil(pace, Number.MAX_VALUE, NOW);
    expect(after(reserve(pace, 'b', 1, NOW))).toEqual([MAX_BACK_OFF_MS]);
  });

  it('hands on what a booking gave up, while it lies ahead', () => {
    const pace = newPace();
    reserve(pace, 'a', 4, NOW);
    reserve(pace, 'b', 1, NOW);
    releaseBooking(pace, 'a', NOW + 250);
    releaseBooking(pace, 'nobody', NOW + 250);
    expect(after(reserve(pace, 'c', 1, NOW + 450))).toEqual([600]);
    expect(after(reserve(pace, 'd', 2, NOW + 450))).toEqual([1_000, 1_200]);
  });

  it('hands on nothing that had passed, even when the clock is set back', () => {
    const pace = newPace();
    reserve(pace, 'a', 2, NOW);
    releaseBooking(pace, 'a', NOW + 100);
    expect(after(reserve(pace, 'b', 2, NOW - 1_000))).toEqual([200, 400]);
  });

  it('hands on nothing that lies before the end of a pause', () => {
    const pace = newPace();
    reserve(pace, 'a', 4, NOW);
    releaseBooking(pace, 'a', NOW);
    holdUntil(pace, NOW + 500, NOW);
    expect(after(reserve(pace, 'b', 2, NOW))).toEqual([600, 800]);
  });

  it('books anew, an interval after everything, when a site asks for a longer interval', () => {
    const pace = newPace();
    reserve(pace, 'a', 3, NOW);
    reserve(pace, 'b', 2, NOW);
    releaseBooking(pace, 'b', NOW);
    expect(after(reserve(pace, 'c', 1, NOW, 5_000))).toEqual([5_800]);
    expect(after(reserve(pace, 'a', 2, NOW, 5_000))).toEqual([10_800, 15_800]);
    expect(after(reserve(pace, 'd', 1, NOW, 200))).toEqual([16_000]);
  });

  it('waits when its clock was set back, and crowds nothing', () => {
    const pace = newPace();
    reserve(pace, 'a', 2, NOW);
    expect(after(reserve(pace, 'b', 1, NOW - 60_000))).toEqual([400]);
    expect(after(reserve(pace, 'a', 1, NOW - 60_000))).toEqual([0]);
  });

  it('turns away what would be too much to remember, until some of it has passed', () => {
    const pace = newPace();
    holdUntil(pace, NOW, NOW - 1);
    for (let n = 0; n < MAX_OPEN_SLOTS / 1_000; n++) reserve(pace, `many-${n}`, 1_000, NOW - 1);
    expect(reserve(pace, 'one', 1, NOW - 1)).toBeNull();
    expect(reserve(pace, 'many-1', 1_000, NOW - 1)).toHaveLength(1_000);
    expect(reserve(pace, 'one', 1, NOW - 1)).toBeNull();
    releaseBooking(pace, 'many-2', NOW - 1);
    expect(reserve(pace, 'one', 1_001, NOW - 1)).toBeNull();
    expect(after(reserve(pace, 'one', 1, NOW - 1))).toEqual([400_000]);
    expect(after(reserve(pace, 'late', 1, NOW + 10 * 200_000))).toEqual([2_000_000]);
    expect(pace.bookings.size).toBe(1);
    expect(pace.free).toEqual([]);
  });

  it('fits, at its largest, into the 2 MB of a stored value', () => {
    const pace = newPace();
    for (let n = 0; n < MAX_OPEN_SLOTS; n++)
      reserve(pace, String(n).padStart(MAX_BOOKING_LENGTH, 'x'), 1, NOW);
    expect(serialize(pace).length).toBeLessThan(2_000_000);
    // Ten thousand bookings, each of which looks through all others.
  }, 60_000);
});

/** What may happen to a pace; `move` is a clock that goes on or is set back. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    booking: fc.nat(4),
    count: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('cancel' as const), booking: fc.nat(4) }),
  fc.record({ kind: fc.constant('hold' as const), ms: fc.integer({ min: -500, max: 3_000 }) }),
  fc.record({ kind: fc.constant('move' as const), ms: fc.integer({ min: -1_000, max: 2_500 }) }),
);

describe('starts', () => {
  it('are never closer than the interval and never two bookings’ at once, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 3, 5, 7_919), (steps, rate) => {
        const pace = newPace();
        const intervalMs = intervalOf(rate, null);
        /** Who may use a start, of all that were ever given. */
        const owners = new Map<number, number | null>();
        let now = NOW;
        let heldUntil = 0;
        for (const one of steps) {
          if (one.kind === 'move') now += one.ms;
          else if (one.kind === 'hold') {
            heldUntil = Math.max(heldUntil, now + one.ms);
            holdUntil(pace, now + one.ms, now);
          } else if (one.kind === 'cancel') {
            releaseBooking(pace, String(one.booking), now);
            for (const [at, owner] of owners) if (owner === one.booking && at > now) owners.set(at, null);
          } else {
            const slots = reserve(pace, String(one.booking), one.count, now, intervalMs) ?? [];
            expect(slots).toHaveLength(one.count);
            expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
            for (const at of slots) {
              expect(at).toBeGreaterThanOrEqual(Math.max(now, heldUntil));
              expect([null, undefined, one.booking]).toContain(owners.get(at));
              owners.set(at, one.booking);
            }
          }
        }
        const used = [...owners.keys()].sort((a, b) => a - b);
        for (const [n, at] of used.slice(1).entries()) {
          expect(at - (used[n] ?? 0)).toBeGreaterThanOrEqual(intervalMs);
        }
      }),
      { numRuns },
    );
  });

  it('are the same for a booking that asks again at once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }), fc.nat(900))), (asks) => {
        const pace = newPace();
        let now = NOW;
        for (const [booking, count, ms] of asks) {
          now += ms;
          const slots = (reserve(pace, String(booking), count, now) ?? []).filter((at) => at > now);
          expect((reserve(pace, String(booking), count, now) ?? []).slice(0, slots.length)).toEqual(slots);
        }
      }),
      { numRuns },
    );
  });
});
