import { AppError } from '../errors/app-error.ts';
import { withDeadline } from '../lib/deadline.ts';
import { guardAddress } from './address-guard.ts';
import { HOLD_MS } from './hold.ts';
import { type HostGateRpc, type Reservation, type ReserveRequest, UNPACED_INTERVAL_MS } from './host-gate.ts';
import { type FetchFailure, FetchStop, refuse, type Way } from './request.ts';

/** Longer than the gate's own look at robots.txt takes at worst. */
const GATE_DEADLINE_MS = 20_000;
/** Who waits for a turn comes this much before it to ask for it again: the host may have asked for a pause. */
const TURN_LEAD_MS = 1_000;

/** Times in ms since 1970; see the gate's reservation. */
interface Turn {
  at: number;
  latest: number;
  intervalMs: number;
}

/** When a URL may be asked, or what became of it instead; `until` (ms since 1970) is when to come and ask again. */
export type Visit =
  | ({ kind: 'go' } & Turn)
  | { kind: 'stop'; failure: FetchFailure; detail: string }
  | { kind: 'wait'; until: number };

export interface VisitTools {
  gateFor(origin: string): HostGateRpc;
  allowedOrigins: readonly string[];
  /** The host of this instance, which is never crawled. */
  ownHost: string;
  /**
   * Until when each origin asked this invocation for a pause, in ms since 1970: its gate moves what is booked, but not
   * the turns that are in hand here.
   */
  pauses: Map<string, number>;
  now(): number;
  /** Resolves at `at`, ms since 1970, or when the signal ends the wait. */
  sleepUntil(at: number, signal: AbortSignal): Promise<void>;
}

const DISALLOWED: Visit = {
  kind: 'stop',
  failure: { status: 'blocked', reason: 'robots' },
  detail: 'robots.txt asks crawlers to stay out',
};

function toVisits(reservation: Reservation, paths: string[]): Visit[] {
  const all = (visit: Visit): Visit[] => paths.map(() => visit);
  switch (reservation.kind) {
    case 'go':
      return reservation.turns.map((at, nth): Visit => {
        const latest = reservation.latest[nth] ?? at;
        if (at === null || latest === null) return DISALLOWED;
        return { kind: 'go', at, latest, intervalMs: reservation.intervalMs };
      });
    case 'later':
      return all({ kind: 'wait', until: reservation.at });
    case 'blocked':
      return all({
        kind: 'stop',
        failure: { status: 'blocked', reason: reservation.reason },
        detail: reservation.detail,
      });
    case 'failed':
      return all({ kind: 'stop', failure: { status: 'failed', reason: 'dns' }, detail: reservation.detail });
  }
}

/** Fails closed: a host is not asked without its gate. */
async function answerOf<T>(call: Promise<T>): Promise<T> {
  try {
    return await withDeadline(call, GATE_DEADLINE_MS, 'the host gate');
  } catch (cause) {
    throw new AppError('unavailable', 'The host gate did not answer.', { cause });
  }
}

async function reserve(tools: VisitTools, request: ReserveRequest): Promise<Reservation> {
  return await answerOf(tools.gateFor(request.origin).reserve(request));
}

/** Holds a host back that asked for it until `untilMs`, here and, through its gate, everywhere. Errors: `unavailable`. */
export async function holdBack(tools: VisitTools, origin: string, untilMs: number): Promise<void> {
  tools.pauses.set(origin, Math.max(untilMs, tools.pauses.get(origin) ?? 0));
  await answerOf(tools.gateFor(origin).backOff(untilMs));
}

/** Turns for URLs of one origin, in their order. The same booking keeps its turns. */
async function askGate(tools: VisitTools, booking: string, urls: URL[]): Promise<Visit[]> {
  const [first] = urls;
  if (!first) return [];
  const guarded = urls.map((url) => guardAddress(url, tools.allowedOrigins, tools.ownHost));
  const paths = urls.filter((_, at) => guarded[at]?.ok).map((url) => url.pathname + url.search);
  const visits =
    paths.length === 0 ? [] : toVisits(await reserve(tools, { origin: first.origin, booking, paths }), paths);
  let next = 0;
  return guarded.map((verdict) => {
    if (!verdict.ok)
      return { kind: 'stop', failure: { status: 'blocked', reason: verdict.reason }, detail: verdict.detail };
    return visits[next++] ?? DISALLOWED;
  });
}

/** When each URL of a chunk may be asked: one question to the gate of each host. */
export async function planVisits(tools: VisitTools, booking: string, urls: string[]): Promise<Visit[]> {
  const parsed = urls.map((url) => new URL(url));
  const visits: Visit[] = [];
  const origins = Map.groupBy(parsed.keys(), (place) => parsed[place]?.origin ?? '');
  await Promise.all(
    [...origins.values()].map(async (places) => {
      const answers = await askGate(
        tools,
        booking,
        places.flatMap((place) => parsed[place] ?? []),
      );
      for (const [at, place] of places.entries()) visits[place] = answers[at] ?? DISALLOWED;
    }),
  );
  return visits;
}

/** When to come again for a turn that is too far ahead to be waited for, in ms since 1970; null when it is not. */
export function comeAgainAt(turnAt: number, now: number): number | null {
  return turnAt > now + HOLD_MS ? turnAt - TURN_LEAD_MS : null;
}

/** Runs a task when there is a connection for it, those with the earliest turn (ms since 1970) first. */
export type Connect = <T>(turnAt: number, task: () => Promise<T>) => Promise<T>;

/** The least that a timer waits. */
const LEAVING_MS = 1;
/** Turns that one request may miss, on a machine that is too busy, before its chunk is given back. */
const MAX_MISSED = 5;

/** When the last request of a booking to each origin started, in ms since 1970. */
export type Starts = Map<string, number>;

/**
 * The way in which the requests of one URL start: the URL itself at its `turn`, or else another time, and every
 * redirect, which may lead to another host, at a turn of its own, as does the URL without one. `starts` belongs to all
 * URLs of the booking: one that is late makes the next ones late, never closer. Nothing starts in a pause that its host
 * asked for. No connection is held while a turn is waited for.
 */
export function startInTurn(
  tools: VisitTools,
  connect: Connect,
  visit: { booking: string; turn: Turn | null; starts: Starts; signal: AbortSignal },
): Way['start'] {
  const { booking, signal } = visit;

  /** A turn for this request alone. */
  async function ask(url: URL, hop: number): Promise<Turn> {
    const [answer] = await askGate(tools, `${booking}/${hop}`, [url]);
    if (answer?.kind === 'stop') throw refuse(answer.failure, answer.detail);
    if (answer?.kind !== 'go')
      throw new FetchStop(answer ?? { kind: 'wait', until: tools.now() + TURN_LEAD_MS });
    const until = comeAgainAt(answer.at, tools.now());
    if (until === null) return answer;
    throw new FetchStop({ kind: 'wait', until });
  }

  /** Null when the turn was missed. */
  async function sendAt<T>(
    turn: Turn,
    origin: string,
    starts: Starts,
    send: () => Promise<T>,
  ): Promise<{ sent: T } | null> {
    const earliest = () => Math.max(turn.at, (starts.get(origin) ?? 0) + turn.intervalMs);
    for (;;) {
      await tools.sleepUntil(earliest(), signal);
      const outcome = await connect(turn.at, async () => {
        const now = tools.now();
        const until = tools.pauses.get(origin) ?? 0;
        if (until > now) throw new FetchStop({ kind: 'wait', until });
        if (now > turn.latest) return 'missed';
        // Another URL of the booking had the connection before; the clock counts whole milliseconds.
        if (earliest() >= now + 1 && !signal.aborted) return 'early';
        starts.set(origin, now);
        const answer = send();
        if (turn.intervalMs >= UNPACED_INTERVAL_MS) void noteLeaving(origin, now, starts);
        return { sent: await answer };
      });
      if (outcome === 'missed') return null;
      if (outcome !== 'early') return outcome;
    }
  }

  /**
   * A busy thread gets to the network late, and to a timer of the same moment just as late: the next request keeps its
   * distance from then.
   */
  async function noteLeaving(origin: string, startedAt: number, starts: Starts): Promise<void> {
    await tools.sleepUntil(startedAt + LEAVING_MS, signal);
    if (starts.get(origin) === startedAt) starts.set(origin, tools.now() - LEAVING_MS);
  }

  return async (url, hop, send) => {
    if (hop === 0 && visit.turn !== null) {
      const own = await sendAt(visit.turn, url.origin, visit.starts, send);
      if (own) return own.sent;
      // With the others that missed theirs it gets another one, for the price of one question.
      throw new FetchStop({ kind: 'wait', until: tools.now() });
    }
    for (let tries = 0; tries < MAX_MISSED; tries++) {
      const sent = await sendAt(await ask(url, hop), url.origin, new Map(), send);
      if (sent) return sent.sent;
    }
    throw new FetchStop({ kind: 'wait', until: tools.now() + TURN_LEAD_MS });
  };
}
