import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBenchStack } from '../lib/stack.ts';
import { type Contender, listContenders } from './contenders.ts';
import { drive } from './drive.ts';
import type { RouteFigures } from './figures.ts';
import { ENTRY_FILE, startPeer } from './peer.ts';
import { fillStores } from './rows.ts';
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
/** Above whatever a benchmark sends. */
const VARIABLES = { LIMITER_SCALE: '1000000' };

interface Proxies {
  redis: StoreProxy;
  neon: StoreProxy;
}

/** The figures of each route; where there is no latency nothing stands before the gateways that could count. */
export type Routes = Record<string, Omit<RouteFigures, CallCount> & Partial<Pick<RouteFigures, CallCount>>>;
type CallCount = 'redisCallsPerRequest' | 'databaseCallsPerRequest';

/** The Worker, its peers and their stores, started anew; every contender drives its route in turn, round after round. */
export async function runProfile(profile: Profile, course: Course, signal: AbortSignal): Promise<Routes> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-bench-gate-'));
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const isFar = profile.redisLatencyMs + profile.databaseLatencyMs > 0;
    const started: Partial<Proxies> = {};
    const before = (store: keyof Proxies) => async (url: string) => {
      const proxy = await startStoreProxy(store, url, dataDir, signal);
      stops.push(() => proxy.child.stop());
      started[store] = proxy;
      return proxy.url;
    };
    const between = isFar ? { redis: before('redis'), neon: before('neon') } : {};
    const entry = { file: ENTRY_FILE, services: {} };
    const stack = await startBenchStack('direct', VARIABLES, signal, entry, between);
    stops.push(() => stack.stop());
    await fillStores(stack);
    // A session from before would not know of these projects yet.
    const caller = await stack.signIn();
    const variables = {
      ...stack.variables,
      // The usual way knows no policies.
      DATABASE_URL: stack.superuserUrl,
      DATABASE_REPLICA_URL: stack.replicaSuperuserUrl,
    };
    const bare = await startPeer('bare', variables, dataDir, signal);
    stops.push(() => bare.child.stop());
    const usual = await startPeer('usual', variables, dataDir, signal);
    stops.push(() => usual.child.stop());
    const { redis, neon } = started;
    await redis?.setLatency(profile.redisLatencyMs);
    await neon?.setLatency(profile.databaseLatencyMs);
    const urls = { bare: bare.url, usual: usual.url, darkroom: stack.url };
    const contenders = listContenders(urls, caller.cookie);
    return await measure(contenders, profile, course, redis && neon ? { redis, neon } : null, signal);
  } finally {
    for (const stop of stops.toReversed()) await stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function measure(
  contenders: Contender[],
  { connections }: Profile,
  { rounds, ms }: Course,
  proxies: Proxies | null,
  signal: AbortSignal,
): Promise<Routes> {
  const totals = contenders.map(() => ({ latencies: [] as number[], ms: 0, redis: 0, neon: 0 }));
  const callsNow = async () => ({
    redis: (await proxies?.redis.calls()) ?? 0,
    neon: (await proxies?.neon.calls()) ?? 0,
  });
  for (let round = 0; round < rounds; round++) {
    // The first of a round is another one each time.
    for (let turn = 0; turn < contenders.length; turn++) {
      signal.throwIfAborted();
      const at = (round + turn) % contenders.length;
      const [contender, total] = [contenders[at], totals[at]];
      if (!contender || !total) continue;
      await drive({ ...contender, connections, ms: WARM_UP_MS });
      const before = await callsNow();
      const { latencies, ms: taken } = await drive({ ...contender, connections, ms });
      const after = await callsNow();
      total.latencies.push(...latencies);
      total.ms += taken;
      total.redis += after.redis - before.redis;
      total.neon += after.neon - before.neon;
    }
  }
  return Object.fromEntries(
    contenders.map(({ name }, at) => {
      const { latencies = [], ms: taken = 1, redis = 0, neon = 0 } = totals[at] ?? {};
      const sorted = latencies.toSorted((a, b) => a - b);
      const share = (part: number) => round3(sorted[Math.floor(sorted.length * part)] ?? 0);
      const figures = {
        requestsPerSecond: round3((latencies.length / taken) * 1_000),
        p50Ms: share(0.5),
        p95Ms: share(0.95),
        p99Ms: share(0.99),
      };
      const perRequest = (calls: number) => round3(calls / Math.max(1, latencies.length));
      const counts = { redisCallsPerRequest: perRequest(redis), databaseCallsPerRequest: perRequest(neon) };
      return [name, proxies ? { ...figures, ...counts } : figures];
    }),
  );
}

const round3 = (value: number) => Number(value.toFixed(3));
