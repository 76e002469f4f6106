import type { Clock } from '../../lib/clock.ts';
import { judgeParts, type PartName, type PartReport, type ReadinessStatus } from './part.ts';
import { ABSENT, probe } from './probe.ts';

/** What a database tells of itself. */
export interface DatabaseAnswer {
  /** Since when no traffic is to be sent here, and until when its sockets may stay (RFC 3339); null: it is. */
  drain: { since: string; until: string } | null;
}

export interface QueueFigures {
  name: string;
  /** Messages that wait. */
  backlog: number;
  /** Of the oldest of them; null when none waits. */
  oldestAgeMs: number | null;
}

export interface CronRun {
  name: string;
  /** RFC 3339. */
  startedAt: string;
  /** Of the run that ended last, as `ok` and `error` are; null: none has. */
  endedAt: string | null;
  ok: boolean | null;
  /** The class of its error. */
  error: string | null;
}

/** What Postgres knows of the whole installation. */
export interface PlatformFigures {
  openSockets: number;
  crons: CronRun[];
}

export interface ReplicaLag {
  /** Null when the replica did not answer. */
  lagMs: number | null;
  /** RFC 3339. */
  measuredAt: string;
}

export interface BreakerFigure {
  name: string;
  state: 'closed' | 'open' | 'half-open';
}

/** How everything is looked at. A look that has an end of its own has it at `deadlineMs`. */
export interface Probes {
  primary(deadlineMs: number): Promise<DatabaseAnswer>;
  /** Null where there is none. */
  replica: ((deadlineMs: number) => Promise<DatabaseAnswer>) | null;
  redis(deadlineMs: number): Promise<void>;
  media(): Promise<void>;
  queue(): Promise<QueueFigures[]>;
  platform(deadlineMs: number): Promise<PlatformFigures>;
  replicaLag(deadlineMs: number): Promise<ReplicaLag | null>;
  breakers(): BreakerFigure[];
}

export interface Readiness {
  status: ReadinessStatus;
  parts: Record<PartName, PartReport>;
  /** Null: it serves, or no database says so. */
  drain: DatabaseAnswer['drain'];
  replicaLag: ReplicaLag | null;
  /** This and the following: null when whoever counts them did not answer. */
  queues: QueueFigures[] | null;
  openSockets: number | null;
  crons: CronRun[] | null;
  breakers: BreakerFigure[];
}

/**
 * Looks at everything at once, each part for `deadlineMs` at the most. Never rejects, whatever hangs or fails; that is
 * what it reports.
 */
export async function checkReadiness(probes: Probes, deadlineMs: number, clock: Clock): Promise<Readiness> {
  const look = async <T>(one: (deadlineMs: number) => Promise<T>) =>
    await probe(async () => await one(deadlineMs), deadlineMs, clock);
  const [primary, replica, redis, media, queue, platform, lag] = await Promise.all([
    look(probes.primary),
    probes.replica ? look(probes.replica) : ABSENT,
    look(probes.redis),
    look(probes.media),
    look(probes.queue),
    look(probes.platform),
    look(probes.replicaLag),
  ]);
  // The queues' and cron's role is no part of its own: what it may not be, the primary's roles are not.
  const isServiceWrong = platform.report.state === 'misconfigured';
  const parts = {
    primary: isServiceWrong ? platform.report : primary.report,
    replica: replica.report,
    redis: redis.report,
    media: media.report,
    queue: queue.report,
  };
  const states = {
    primary: parts.primary.state,
    replica: parts.replica.state,
    redis: parts.redis.state,
    media: parts.media.state,
    queue: parts.queue.state,
  };
  return {
    status: judgeParts(states),
    parts,
    drain: (primary.value ?? replica.value)?.drain ?? null,
    replicaLag: lag.value,
    queues: queue.value,
    openSockets: platform.value?.openSockets ?? null,
    crons: platform.value?.crons ?? null,
    breakers: probes.breakers(),
  };
}
