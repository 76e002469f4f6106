import { guardAddress } from '../../src/crawl/address-guard.ts';
import {
  type HostGateRpc,
  type Reservation,
  type ReserveRequest,
  UNPACED_INTERVAL_MS,
} from '../../src/crawl/host-gate.ts';
import type { NameService } from '../../src/crawl/name-service.ts';
import { isAnswering, resolveHost } from '../../src/crawl/resolve-host.ts';
import { fetchRobots } from '../../src/crawl/robots/fetch-robots.ts';
import { isAllowed } from '../../src/crawl/robots/is-allowed.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createNameCheck } from './name-check.ts';
import {
  holdUntil,
  intervalOf,
  MAX_BOOKING_LENGTH,
  newPace,
  type Pace,
  releaseBooking,
  reserveSlots,
} from './pace.ts';
import { isDue, judgeRobots, recordTry, type RobotsRecord, UNKNOWN_ROBOTS } from './robots-record.ts';

/** An origin that nobody asked about for this long is forgotten. */
export const FORGET_AFTER_MS = 48 * 60 * 60_000;
const MAX_PATHS = 1_000;
/** Part of an interval by which any request may be late: the time that a timer and a connection take. */
const GRACE_SHARE = 0.1;
/** No timer is more exact under load. */
const MIN_GRACE_MS = 20;
/** Part of an interval that is kept free before the turns of others: a request that a busy thread lets go leaves later. */
const LEAVING_SHARE = 0.3;
const UNPACED_GRACE_MS = 1_000;

interface GateSettings {
  userAgent: string;
  requestsPerSecond: number;
  /** Origins on this machine: neither guarded nor looked up. */
  allowedOrigins: readonly string[];
  /** The host of this instance. */
  ownHost: string;
}

interface GateParts {
  settings: GateSettings;
  clock: Clock;
  /** For robots.txt: foreign hosts learn nothing of what asks. */
  fetch: typeof fetch;
  names: NameService | null;
  /** Of the object; it alone writes there. */
  storage: Pick<SyncKvStorage, 'get' | 'put'>;
}

interface StoredPace extends Pace {
  /** Ms since 1970. */
  usedAt: number;
}

interface Gate extends HostGateRpc {
  /** When everything may be forgotten if nobody asks until then, in ms since 1970. */
  idleAt(): number;
}

type Refusal = Exclude<Reservation, { kind: 'go' }>;

/** One origin's gate: address, name, robots.txt and pace, in this order. Begins where the storage ends. */
export function createGate({ settings, clock, storage, ...parts }: GateParts): Gate {
  let robots = storage.get<RobotsRecord>('robots') ?? UNKNOWN_ROBOTS;
  const stored = storage.get<StoredPace>('pace');
  const pace: Pace = stored ?? newPace();
  let usedAt = stored?.usedAt ?? 0;
  let reading: Promise<void> | null = null;
  const { names } = parts;
  const checkName = createNameCheck(
    clock,
    async (host) => await resolveHost(host, names),
    async () => names !== null && (await isAnswering(names)),
  );

  async function refuse(url: URL): Promise<Refusal | null> {
    const guarded = guardAddress(url, settings.allowedOrigins, settings.ownHost);
    if (!guarded.ok) return { kind: 'blocked', reason: guarded.reason, detail: guarded.detail };
    if (settings.allowedOrigins.includes(url.origin)) return null;
    const { verdict, until } = await checkName(url.hostname);
    if (verdict.ok) return null;
    const { reason, detail } = verdict;
    if (reason === 'private_address') return { kind: 'blocked', reason, detail };
    return verdict.isTemporary
      ? { kind: 'later', at: until, reason, detail }
      : { kind: 'failed', reason, detail };
  }

  async function readRobots(origin: string): Promise<void> {
    try {
      const fetched = await fetchRobots(origin, {
        userAgent: settings.userAgent,
        fetch: parts.fetch,
        refuse: async (url) => (await refuse(url))?.detail ?? null,
      });
      robots = recordTry(robots, fetched, clock.now());
      storage.put('robots', robots);
      savePace();
    } finally {
      reading = null;
    }
  }

  function savePace(): void {
    storage.put<StoredPace>('pace', { ...pace, usedAt });
  }

  return {
    async reserve({ origin, booking, paths }) {
      assertRequest({ origin, booking, paths });
      usedAt = clock.now();
      const refusal = await refuse(new URL(origin));
      if (refusal) return refusal;

      if (isDue(robots, clock.now())) {
        // Shared by all that ask meanwhile.
        reading ??= readRobots(origin);
        await reading;
      }
      const now = clock.now();
      usedAt = now;
      const verdict = judgeRobots(robots, now);
      if (verdict.kind === 'later') return { ...verdict, reason: 'robots' };
      if (verdict.kind === 'unreadable') return { kind: 'blocked', reason: 'robots', detail: verdict.detail };

      const { rules } = verdict;
      const intervalMs = intervalOf(settings.requestsPerSecond, rules.crawlDelayMs);
      const isOpen = paths.map((path) => isAllowed(rules, path));
      const count = isOpen.filter(Boolean).length;
      // Several requests get one turn more, which nobody needs: so all of them may run late by an interval.
      const spare = count > 1 ? 1 : 0;
      const startsAt =
        count === 0 ? [] : reserveSlots(pace, { booking, count: count + spare, intervalMs, now });
      savePace();
      if (startsAt) {
        const inOrder = (times: number[]) => {
          const next = times.values();
          return isOpen.map((open) => (open ? (next.next().value ?? null) : null));
        };
        return {
          kind: 'go',
          turns: inOrder(startsAt),
          latest: inOrder(latestOf(startsAt, intervalMs)),
          intervalMs,
        };
      }
      const at = now + Math.ceil((pace.lastAt - now) / 2);
      return { kind: 'later', at, reason: 'pace', detail: 'too many requests wait for this host' };
    },
    async backOff(untilMs) {
      if (!Number.isFinite(untilMs)) throw new TypeError('not a time');
      usedAt = clock.now();
      holdUntil(pace, untilMs, usedAt);
      savePace();
    },
    async cancel(booking) {
      usedAt = clock.now();
      releaseBooking(pace, booking, usedAt);
      savePace();
    },
    idleAt: () => Math.max(usedAt + FORGET_AFTER_MS, pace.lastAt, pace.heldUntil),
  };
}

/** The Worker's own code asks; what is wrong here is a mistake in it. */
function assertRequest({ origin, booking, paths }: ReserveRequest): void {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    throw new TypeError(`not an origin: ${origin}`);
  if (booking.length < 1 || booking.length > MAX_BOOKING_LENGTH) throw new RangeError('not a booking');
  if (paths.length < 1 || paths.length > MAX_PATHS || paths.some((path) => !path.startsWith('/')))
    throw new RangeError('not paths');
}

/**
 * How late a request may start at each turn: shortly before the end of the turns that follow one another without anybody's
 * between them, for those are the booking's own, and the next booking's first request comes an interval after the last of
 * them.
 */
function latestOf(startsAt: number[], intervalMs: number): number[] {
  if (intervalMs < UNPACED_INTERVAL_MS) return startsAt.map((at) => at + UNPACED_GRACE_MS);
  const grace = Math.max(intervalMs * GRACE_SHARE, MIN_GRACE_MS);
  let end = startsAt.at(-1) ?? 0;
  let next = end;
  return startsAt
    .toReversed()
    .map((at) => {
      if (next - at >= intervalMs + 1) end = at;
      next = at;
      return Math.max(end - intervalMs * LEAVING_SHARE, at + grace);
    })
    .toReversed();
}
