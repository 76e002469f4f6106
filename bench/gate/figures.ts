import * as z from 'zod';
import { describeMeasured, markdownTable, measured } from '../lib/measured.ts';

const Route = z.object({
  requestsPerSecond: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  /** HTTP calls that the Worker made, by requests. */
  redisCallsPerRequest: z.number(),
  databaseCallsPerRequest: z.number(),
});
export type RouteFigures = z.infer<typeof Route>;

export const GateFigures = z.object({
  /** By the latency that stood before the stores, then by contender and route. */
  profiles: z.record(
    z.string(),
    z.object({
      redisLatencyMs: z.number(),
      databaseLatencyMs: z.number(),
      connections: z.int(),
      routes: z.record(z.string(), Route),
    }),
  ),
  ratios: z.object({
    /** Requests a second of a route without a remote call by those of a bare hello, without latency. */
    localRouteToHello: z.number(),
    /** Requests a second of the cached read by those of a bare route that pings Redis once, without latency. */
    oneTripReadToPing: z.number(),
    /** The same of a bare route that sends what the gate sends, and does nothing else: no gated read can be faster. */
    gateCommandsToPing: z.number(),
    /** Median latency of the usual way's cached read by that of ours, with latency; its sessions are in Redis. */
    cachedReadSpeedupOverUsual: z.number(),
    /** The same, where the usual way's sessions are rows of Postgres. */
    cachedReadSpeedupOverRowSession: z.number(),
    /** Median latency of the cached read by that of the bare ping, with latency. */
    cachedReadToPingLatency: z.number(),
  }),
});
export type GateFigures = z.infer<typeof GateFigures>;

const HEAD = ['route', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'Redis calls', 'database calls'];

export function gateCells(routes: Record<string, RouteFigures>): { head: string[]; rows: string[][] } {
  return {
    head: HEAD,
    rows: Object.entries(routes).map(([name, figures]) => [
      name,
      figures.requestsPerSecond.toFixed(0),
      figures.p50Ms.toFixed(2),
      figures.p95Ms.toFixed(2),
      figures.p99Ms.toFixed(2),
      figures.redisCallsPerRequest.toFixed(2),
      figures.databaseCallsPerRequest.toFixed(2),
    ]),
  };
}

/** The block of docs/performance.md. Throws for a file that is of another shape. */
export function renderGate(json: unknown): string {
  const kept = GateFigures.extend(measured).parse(json);
  const tables = Object.values(kept.profiles).map(
    ({ redisLatencyMs, databaseLatencyMs, connections, routes }) => {
      const { head, rows } = gateCells(routes);
      const title = `Redis ${redisLatencyMs} ms away, Postgres ${databaseLatencyMs} ms; ${connections} connections:`;
      return `${title}\n\n${markdownTable(head, rows)}`;
    },
  );
  const { localRouteToHello, oneTripReadToPing, gateCommandsToPing, cachedReadToPingLatency } = kept.ratios;
  const { cachedReadSpeedupOverUsual, cachedReadSpeedupOverRowSession } = kept.ratios;
  const ratios = markdownTable(
    ['', 'measured', 'promised'],
    [
      ['requests/s, liveness by a bare hello', localRouteToHello.toFixed(2), 'at least 0.5'],
      ['requests/s, cached read by a bare ping', oneTripReadToPing.toFixed(2), 'at least 0.7'],
      [
        "requests/s, a bare call of the gate's commands by a bare ping",
        gateCommandsToPing.toFixed(2),
        'no read is faster',
      ],
      [
        'p50 with latency, the usual cached read by ours, its sessions in Redis',
        cachedReadSpeedupOverUsual.toFixed(2),
        'at least 3',
      ],
      [
        'p50 with latency, the usual cached read by ours, its sessions in Postgres',
        cachedReadSpeedupOverRowSession.toFixed(2),
        'at least 3',
      ],
      ['p50 with latency, our cached read by a bare ping', cachedReadToPingLatency.toFixed(2), 'at most 1.5'],
    ],
  );
  return [describeMeasured(kept), ...tables, ratios].join('\n\n');
}
