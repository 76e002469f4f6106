import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBenchStack } from '../lib/stack.ts';
import { readCalls, readGateCommands } from './calls.ts';
import { type Contender, listContenders } from './contenders.ts';
import { drive } from './drive.ts';
import type { RouteFigures } from './figures.ts';
import { ENTRY_FILE, startPeer } from './peer.ts';
import { fillStores, projectIds } from './rows.ts';
import { type StoreProxy, startStoreProxy } from './store-proxy.ts';

export interface Profile {
  redisLatencyMs: number;
  databaseLatencyMs: number;
  /** In a closed loop. With latency few, so that nobody waits for a processor. */
  connections: number;
}

export interface Course {
  rounds: number;
  /** Of each contender in each round. */
  ms: number;
}

const WARM_UP_MS = 500;
const VARIABLES = {
  /** Above whatever a benchmark sends. */
  LIMITER_SCALE: '1000000',
  /** A machine that stands still for a moment would open the breaker, after which no read asks Redis. */
  CACHE_TIMEOUT_MS: '5000',
};

/** The Worker, its peers and their stores, started anew; every contender drives its route in turn, round after round. */
export async function runProfile(
  profile: Profile,
  course: Course,
  signal: AbortSignal,
): Promise<Record<string, RouteFigures>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-bench-gate-'));
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const isFar = profile.redisLatencyMs + profile.databaseLatencyMs > 0;
    const proxies: Partial<Record<'redis' | 'neon', StoreProxy>> = {};
    const before = (store: 'redis' | 'neon') => async (url: string) => {
      const proxy = await startStoreProxy(store, url, dataDir, signal);
      stops.push(() => proxy.child.stop());
      proxies[store] = proxy;
      return proxy.url;
    };
    const between = isFar ? { redis: before('redis'), neon: before('neon') } : {};
    const entry = { file: ENTRY_FILE, services: {} };
    const stack = await startBenchStack('direct', VARIABLES, signal, entry, between);
    stops.push(() => stack.stop());
    await fillStores(stack);
    // A session from before would not know of these projects yet.
    const caller = await stack.signIn();
    const [first = ''] = projectIds;
    const variables = {
      ...stack.variables,
      GATE_COMMANDS: await readGateCommands(stack.url, () => caller.call(`/v1/projects/${first}`)),
      // The usual way knows no policies.
      DATABASE_URL: stack.superuserUrl,
      DATABASE_REPLICA_URL: stack.replicaSuperuserUrl,
    };
    const bare = await startPeer('bare', variables, dataDir, signal);
    stops.push(() => bare.child.stop());
    const usual = await startPeer('usual', variables, dataDir, signal);
    stops.push(() => usual.child.stop());
    await proxies.redis?.setLatency(profile.redisLatencyMs);
    await proxies.neon?.setLatency(profile.databaseLatencyMs);
    const urls = { bare: bare.url, usual: usual.url, darkroom: stack.url };
    const contenders = listContenders(urls, caller.cookie);
    return await measure(contenders, profile, course, signal);
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function measure(
  contenders: Contender[],
  { connections }: Profile,
  { rounds, ms }: Course,
  signal: AbortSignal,
): Promise<Record<string, RouteFigures>> {
  const totals = contenders.map(() => ({ latencies: [] as number[], ms: 0, redis: 0, database: 0 }));
  for (let round = 0; round < rounds; round++) {
    // The first of a round is another one each time.
    for (let turn = 0; turn < contenders.length; turn++) {
      signal.throwIfAborted();
      const at = (round + turn) % contenders.length;
      const [contender, total] = [contenders[at], totals[at]];
      if (!contender || !total) continue;
      await drive({ ...contender, connections, ms: WARM_UP_MS });
      const before = await readCalls(contender.url);
      const { latencies, ms: taken } = await drive({ ...contender, connections, ms });
      const after = await readCalls(contender.url);
      total.latencies.push(...latencies);
      total.ms += taken;
      total.redis += after.redis - before.redis;
      total.database += after.database - before.database;
    }
  }
  return Object.fromEntries(
    contenders.map(({ name }, at) => {
      const { latencies = [], ms: taken = 1, redis = 0, database = 0 } = totals[at] ?? {};
      const sorted = latencies.toSorted((a, b) => a - b);
      const share = (part: number) => round3(sorted[Math.floor(sorted.length * part)] ?? 0);
      const perRequest = (calls: number) => round3(calls / Math.max(1, latencies.length));
      const figures = {
        requestsPerSecond: round3((latencies.length / taken) * 1_000),
        p50Ms: share(0.5),
        p95Ms: share(0.95),
        p99Ms: share(0.99),
        redisCallsPerRequest: perRequest(redis),
        databaseCallsPerRequest: perRequest(database),
      };
      return [name, figures];
    }),
  );
}

const round3 = (value: number) => Number(value.toFixed(3));
