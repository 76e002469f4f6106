import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrate } from '../../dev/database/migrate.ts';
import { markJobsSilent } from '../../dev/database/revive.ts';
import { seed } from '../../dev/database/seed.ts';
import { startDatabase } from '../../dev/postgres/index.ts';
import type { Child } from '../../dev/process/child.ts';
import { signalGroup } from '../../dev/process/process-group.mjs';
import { createSigningKeys } from '../../dev/process/secrets.ts';
import { startNodeProcess } from '../../dev/stack/node-process.ts';
import { startRedis } from '../../dev/stack/redis.ts';
import { reservePort } from '../../dev/stack/reserved-port.ts';
import { createSupervisor } from '../../dev/stack/supervisor.ts';
import { fireCron, startWorker, type WorkerOptions } from '../../dev/stack/worker.ts';
import { type Api, signIn } from './api.ts';
import { bundleWorker, startProductionWorker, type WorkerEntry } from './production-worker.ts';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');
const GATEWAY_TIMEOUT_MS = 15_000;
/** Below those that the system gives to whoever asks for any, which could take it before the Worker listens. */
const FIRST_PORT = 28_700;
const REDIS_TOKEN = 'bench-token';

export interface BenchStack {
  /** Of the Worker. */
  url: string;
  /** Holds the logs; removed at the end. */
  dataDir: string;
  ownerUrl: string;
  serviceUrl: string;
  /** As requests connect: bound by the policies of whoever asks. */
  appUrl: string;
  /** What the Worker is told. */
  variables: Record<string, string>;
  /** Past every policy. */
  superuserUrl: string;
  /** The same on the replica. */
  replicaSuperuserUrl: string;
  /** The demo account, signed in. */
  api: Api;
  /** Another session of the same person. */
  signIn(): Promise<Api>;
  /** The processes of ours, by name; each is the leader of its group. */
  pids(): Record<string, number>;
  /** Ends the Worker's processes at once, as a crash does. */
  killWorker(): Promise<void>;
  /** Starts the Worker again over the same data, as `npm start` does: what was under way is looked after at once. */
  restartWorker(): Promise<void>;
  stop(): Promise<void>;
}

/** Servers to put before the gateways: each takes the address of a gateway and gives the one that the Worker is told. */
export interface Between {
  redis?(url: string): Promise<string>;
  /** `replicaPort`: what tells a call to the replica from one to the primary. */
  neon?(url: string, replicaPort: string): Promise<string>;
}

/**
 * Makes what the Worker needs before it can listen, and resolves with what starts it, also again: until that is called,
 * its port may be held for it.
 */
type Runtime = (options: WorkerOptions, entry?: WorkerEntry) => Promise<() => Promise<Child>>;

const runBundle =
  (isDirect: boolean): Runtime =>
  async (options, entry) => {
    const bundle = await bundleWorker(options);
    return async () => await startProductionWorker(bundle, options, entry, isDirect);
  };

/** The ways in which the Worker runs. */
const RUNTIMES = {
  /** Under `wrangler dev`, as `npm start` runs it: with an inspector. */
  development: async (options) => async () => await startWorker(options),
  /** The bundle that is deployed, on workerd. */
  production: runBundle(false),
  /** The same without anything of Miniflare's before it. */
  direct: runBundle(true),
} satisfies Record<string, Runtime>;

/**
 * What `npm start` starts, but the sample site and the console, in a temporary folder: Postgres with its replica,
 * Redis, both gateways, and the Worker. `variables` are added to the Worker's, `entry` stands before the bundle of
 * production, `between` before the gateways. Rejects with the end of a part's log; what was started is stopped then.
 */
export async function startBenchStack(
  runtime: keyof typeof RUNTIMES,
  variables: Record<string, string>,
  signal: AbortSignal,
  entry?: WorkerEntry,
  between: Between = {},
): Promise<BenchStack> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-bench-'));
  const supervisor = createSupervisor(dataDir);
  const onAbort = () => supervisor.requestStop();
  signal.addEventListener('abort', onAbort, { once: true });
  const stops: (() => Promise<unknown>)[] = [() => supervisor.stopAll()];
  const stop = async () => {
    for (const one of stops.toReversed()) await one();
    signal.removeEventListener('abort', onAbort);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  try {
    // Wrangler asks for the folder of the console, which nobody looks at here.
    mkdirSync(path.join(ROOT, 'dist', 'console'), { recursive: true });
    const database = await startDatabase({ ephemeral: true });
    stops.unshift(() => database.stop());
    const redisChildren: Child[] = [];
    const redis = await startRedis({
      dataDir,
      token: REDIS_TOKEN,
      signal: supervisor.signal,
      add: (child) => {
        supervisor.add(child);
        redisChildren.push(child);
      },
    });
    const neon = await startNodeProcess({
      dataDir,
      name: 'neon-gateway',
      script: path.join(ROOT, 'dev', 'neon', 'gateway-process.ts'),
      env: {},
      readyTimeoutMs: GATEWAY_TIMEOUT_MS,
      signal: supervisor.signal,
    });
    supervisor.add(neon.child);
    await migrate(database.ownerUrl);
    const workerPort = await reservePort(FIRST_PORT);
    stops.unshift(() => workerPort.release());
    const url = `http://127.0.0.1:${workerPort.port}`;
    const { people } = await seed({ ownerUrl: database.ownerUrl, consoleUrls: [url] });
    const serviceUrl = database.roleUrl('darkroom_service', 'primary');
    const replicaUrl = database.roleUrl('darkroom_app', 'replica');
    const options = {
      root: ROOT,
      dataDir,
      port: workerPort.port,
      signal: supervisor.signal,
      variables: {
        ENVIRONMENT: 'development',
        DATABASE_URL: database.roleUrl('darkroom_app', 'primary'),
        DATABASE_REPLICA_URL: replicaUrl,
        DATABASE_SERVICE_URL: serviceUrl,
        NEON_FETCH_ENDPOINT: `${(await between.neon?.(neon.url, new URL(replicaUrl).port)) ?? neon.url}/sql`,
        UPSTASH_REDIS_REST_URL: (await between.redis?.(redis.url)) ?? redis.url,
        UPSTASH_REDIS_REST_TOKEN: REDIS_TOKEN,
        MEDIA_SIGNING_KEY: 'of-a-stack-that-lives-for-one-benchmark-only',
        TOKEN_SIGNING_KEYS: createSigningKeys('of-a-stack-that-lives-for-one-benchmark-only'),
        PUBLIC_URL: url,
        ...variables,
      },
    };
    const start = await RUNTIMES[runtime](options, entry);
    await workerPort.release();
    let worker = await start();
    stops.push(() => worker.stop());
    const [person] = people;
    if (!person) throw new Error('The seed made nobody.');
    return {
      url,
      dataDir,
      variables: options.variables,
      ownerUrl: database.ownerUrl,
      serviceUrl,
      appUrl: database.roleUrl('darkroom_app', 'primary'),
      superuserUrl: database.superuserUrl('primary'),
      replicaSuperuserUrl: database.superuserUrl('replica'),
      api: await signIn(url, person),
      signIn: async () => await signIn(url, person),
      pids: () => ({
        worker: worker.identity.pid,
        'neon-gateway': neon.child.identity.pid,
        ...Object.fromEntries(redisChildren.map(({ name, identity }) => [name, identity.pid])),
        'postgres-primary': database.children.primary.identity.pid,
        'postgres-replica': database.children.replica.identity.pid,
      }),
      async killWorker() {
        signalGroup(worker.identity.pid, 'SIGKILL');
        await worker.exited;
      },
      async restartWorker() {
        await markJobsSilent(serviceUrl);
        worker = await start();
        await fireCron(url, '* * * * *');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
