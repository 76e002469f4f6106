/** Milliseconds, each with its reason. */
export const DELAYS = {
  /** Asking for a ticket: one small write; who waits longer sits on a dead network. */
  ticket: 10_000,
  /** Opening the socket: three round trips. */
  connect: 10_000,
  /** From `hello` to `welcome`: the room may have to wake up and to read its log. */
  welcome: 10_000,
  /** The first try comes within a second, so that a short cut is hardly noticed. */
  firstRetry: 1_000,
  /** A long outage is asked after twice a minute, and no more. */
  maxRetry: 30_000,
  /** The first tries of a large room are spread, because all its people were cut off at once. */
  perMember: 5,
  /** Nobody looks at a hidden tab; it is asked to try as soon as it is shown. */
  hidden: 30_000,
  /** After "too many" and "no place": coming back at once would only be refused again. */
  later: 15_000,
  /** A room that moves names the time itself; a mistake in it must not keep the client away. */
  maxDrain: 60_000,
  /** A connection that lasted this long was a good one: the next cut starts from the first try again. */
  steady: 10_000,
  /** The room must know how far one has read, or it takes the reader for stuck. */
  seen: 5_000,
} as const;

/** The room is told after so many events at the latest. */
export const SEEN_EVERY = 64;

/** When to come back: at once, on the ladder of tries, well later, or after the time that the room named. */
export type ComeBack = 'now' | 'soon' | 'later' | 'drained';

interface RetrySituation {
  /** Tries since the last good connection. */
  attempts: number;
  isHidden: boolean;
  /** People who were in the room. */
  members: number;
  /** What `drain` named, or null. */
  drainMs: number | null;
  /** From 0 to 1, without 1. */
  random: () => number;
}

/** Milliseconds until the next try. Full jitter: anything from nothing to the step of the ladder. */
export function retryDelay(how: ComeBack, situation: RetrySituation): number {
  const { attempts, isHidden, members, drainMs, random } = situation;
  // A room that moves knows best when it is back.
  if (drainMs !== null) return Math.min(drainMs, DELAYS.maxDrain);
  if (how === 'later') return DELAYS.later + random() * DELAYS.later;
  // At once is for once: what fails again right away waits like anything else.
  if (how === 'now' && attempts === 0) return 0;
  if (isHidden) return DELAYS.hidden + random() * DELAYS.hidden;
  const first = Math.max(DELAYS.firstRetry, members * DELAYS.perMember);
  return random() * Math.min(DELAYS.maxRetry, first * 2 ** attempts);
}
