/** Starts that lie ahead of one host, over all bookings: memory is bounded, and so is the wait. */
export const MAX_OPEN_SLOTS = 10_000;
/** With so many of them the pace stays under the 2 MB that a stored value may have. */
export const MAX_BOOKING_LENGTH = 128;
/** A server that asks for a longer pause is asked again after this one. */
export const MAX_BACK_OFF_MS = 24 * 60 * 60_000;

/**
 * When the requests to one host start: the generic cell rate algorithm without a burst (ITU-T I.371), with its
 * slots written down so that they can be asked for again. All times are ms since 1970, of the caller's clock.
 */
export interface Pace {
  intervalMs: number;
  /** The latest start ever given; the next new one is an interval after it, whatever the clock does. */
  lastAt: number;
  /** Nothing starts before. */
  heldUntil: number;
  /** The starts of each booking that lay ahead when it was last seen, ascending. */
  bookings: Map<string, number[]>;
  /** Starts ahead that were given up, ascending. */
  free: number[];
}

export function newPace(): Pace {
  return { intervalMs: 0, lastAt: 0, heldUntil: 0, bookings: new Map(), free: [] };
}

/**
 * The time between two starts. In steps of 1/1024 ms: sums of those are exact in a double, and so no two starts
 * are closer by an error of rounding.
 */
export function intervalOf(requestsPerSecond: number, crawlDelayMs: number | null): number {
  return Math.max(Math.ceil((1_000 * 1_024) / requestsPerSecond) / 1_024, crawlDelayMs ?? 0);
}

/**
 * `count` starts for a booking, ascending: first those it already has ahead of now, then given-up ones, then
 * new ones. Null when too many lie ahead. A start that has passed is void, used or not.
 */
export function reserveSlots(
  pace: Pace,
  request: { booking: string; count: number; intervalMs: number; now: number },
): number[] | null {
  const { booking, count, intervalMs, now } = request;
  // Slots of a closer grid would come too soon after one another.
  if (intervalMs > pace.intervalMs) keepSlots(pace, () => false);
  pace.intervalMs = intervalMs;
  keepSlots(pace, (at) => at > now);

  const own = pace.bookings.get(booking) ?? [];
  const missing = count - own.length;
  if (missing > 0) {
    if (countBooked(pace) + missing > MAX_OPEN_SLOTS) return null;
    own.push(...pace.free.splice(0, missing));
    while (own.length < count) {
      pace.lastAt = Math.max(now, pace.heldUntil, pace.lastAt + intervalMs);
      own.push(pace.lastAt);
    }
    own.sort((a, b) => a - b);
    pace.bookings.set(booking, own);
  }
  return own.slice(0, count);
}

/** Voids every start before `until`, which is 24 h from now at most. */
export function holdUntil(pace: Pace, until: number, now: number): void {
  pace.heldUntil = Math.max(pace.heldUntil, Math.min(until, now + MAX_BACK_OFF_MS));
  keepSlots(pace, (at) => at >= pace.heldUntil);
}

/** Gives the starts of a booking that lie ahead to whoever comes next. */
export function releaseBooking(pace: Pace, booking: string, now: number): void {
  const ahead = (pace.bookings.get(booking) ?? []).filter((at) => at > now);
  pace.bookings.delete(booking);
  pace.free = [...pace.free, ...ahead].sort((a, b) => a - b);
}

/** `isKept` keeps whatever comes after a start that it keeps. */
function keepSlots(pace: Pace, isKept: (at: number) => boolean): void {
  for (const [booking, slots] of pace.bookings) {
    if (slots[0] !== undefined && isKept(slots[0])) continue;
    const kept = slots.filter(isKept);
    if (kept.length > 0) pace.bookings.set(booking, kept);
    else pace.bookings.delete(booking);
  }
  pace.free = pace.free.filter(isKept);
}

function countBooked(pace: Pace): number {
  let booked = 0;
  for (const slots of pace.bookings.values()) booked += slots.length;
  return booked;
}
