import * as z from 'zod';
import { describeMeasured, markdownTable, measured } from '../lib/measured.ts';

const Route = z.object({
  withoutP50Ms: z.number(),
  /** What each of the first requests took more than the median of those without the fault, in their order. */
  firstAddedMs: z.array(z.number()),
  /** The same of those that came later, once the breaker was open. */
  laterP50AddedMs: z.number(),
  laterP95AddedMs: z.number(),
  /** From the fault's end until the store was used again. */
  recoveryMs: z.number(),
  /** Answers other than 2xx during the fault. */
  failed: z.int(),
  /** HTTP calls to the primary and the replica, by requests: before the fault, and later in it. */
  databaseCallsWithout: z.number(),
  databaseCallsLater: z.number(),
});
export type RouteFigures = z.infer<typeof Route>;

const Writes = z.object({
  acknowledged: z.int(),
  refused: z.int(),
  /** Acknowledged during the fault, and not there after it. */
  lost: z.int(),
});
export type WriteFigures = z.infer<typeof Writes>;

export const FaultFigures = z.object({
  /** How long a call to Redis may take. */
  redisDeadlineMs: z.number(),
  /** By the name of the fault. */
  faults: z.record(
    z.string(),
    z.object({
      store: z.enum(['redis', 'primary', 'replica']),
      /** By the kind of request. */
      routes: z.record(z.string(), Route),
      writes: Writes,
    }),
  ),
});
export type FaultFigures = z.infer<typeof FaultFigures>;

const HEAD = [
  'fault, request',
  'p50 without, ms',
  'first five, ms more',
  'then p50, ms more',
  'then p95, ms more',
  'database calls without, then',
  'back after s',
  'failed',
];
const RECOVERY_LIMIT_S = 15;
const OPEN_LIMIT_MS = 5;

export function faultCells({ faults }: FaultFigures): { head: string[]; rows: string[][] } {
  const rows = Object.entries(faults).flatMap(([fault, { routes }]) =>
    Object.entries(routes).map(([route, figures]) => [
      `${fault}, ${route}`,
      figures.withoutP50Ms.toFixed(1),
      figures.firstAddedMs.map((ms) => ms.toFixed(0)).join(', '),
      figures.laterP50AddedMs.toFixed(1),
      figures.laterP95AddedMs.toFixed(1),
      `${figures.databaseCallsWithout.toFixed(1)}, ${figures.databaseCallsLater.toFixed(1)}`,
      (figures.recoveryMs / 1_000).toFixed(1),
      String(figures.failed),
    ]),
  );
  return { head: HEAD, rows };
}

/** What was promised, with the worst of what was measured. */
export function promiseCells({ redisDeadlineMs, faults }: FaultFigures): {
  head: string[];
  rows: string[][];
} {
  const all = Object.values(faults);
  const routesOf = (some: typeof all) => some.flatMap(({ routes }) => Object.values(routes));
  const redis = routesOf(all.filter(({ store }) => store === 'redis'));
  const most = (values: number[]) => Math.max(0, ...values);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const writes = all.map((fault) => fault.writes);
  const row = (name: string, value: string, promised: string) => [name, value, promised];
  return {
    head: ['', 'worst measured', 'promised'],
    rows: [
      row(
        'a dead Redis, each of the first five requests, ms more',
        most(redis.flatMap(({ firstAddedMs }) => firstAddedMs)).toFixed(0),
        `at most ${redisDeadlineMs}`,
      ),
      row(
        'a dead Redis, p50 once its breaker is open, ms more',
        most(redis.map(({ laterP50AddedMs }) => laterP50AddedMs)).toFixed(1),
        `at most ${OPEN_LIMIT_MS}`,
      ),
      row(
        'recovery after the end of any fault, s',
        (most(routesOf(all).map(({ recoveryMs }) => recoveryMs)) / 1_000).toFixed(1),
        `at most ${RECOVERY_LIMIT_S}`,
      ),
      row(
        'requests that can be served and were not',
        String(sum(routesOf(all).map(({ failed }) => failed))),
        '0',
      ),
      row(
        `lost writes, of ${sum(writes.map(({ acknowledged }) => acknowledged))} acknowledged during faults`,
        String(sum(writes.map(({ lost }) => lost))),
        '0',
      ),
    ],
  };
}

/** The block of docs/performance.md. Throws for a file that is of another shape. */
export function renderFaults(json: unknown): string {
  const kept = FaultFigures.extend(measured).parse(json);
  const [faults, promises] = [faultCells(kept), promiseCells(kept)];
  return [
    describeMeasured(kept),
    markdownTable(promises.head, promises.rows),
    markdownTable(faults.head, faults.rows),
  ].join('\n\n');
}
