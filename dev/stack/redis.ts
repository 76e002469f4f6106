import { mkdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { startChild, type Child } from '../process/child.ts';
import { pickAnyPort } from '../process/free-port.ts';
import { poll } from '../process/poll.ts';
import { chooseEngine, type EngineChoice } from '../redis/choose-engine.mjs';
import { startNodeProcess } from './node-process.ts';

const GATEWAY_SCRIPT = path.join(import.meta.dirname, '..', 'redis', 'gateway-process.ts');
const READY_TIMEOUT_MS = 15_000;

export interface RedisStack {
  /** The address that speaks Upstash's protocol. */
  url: string;
  /** In words, for the user. */
  engine: string;
}

function canConnect(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const finish = (answer: true | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(undefined));
  });
}

async function startSystemRedis(dataDir: string, binary: string, signal: AbortSignal) {
  const port = await pickAnyPort();
  const folder = path.join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no'];
  // Redis holds only what can be made again, as in production, so nothing is kept on disk.
  args.push('--save', '', '--appendonly', 'no');
  const child = await startChild(dataDir, { name: 'redis-server', command: binary, args });
  const isReady = await poll(
    () => (signal.aborted || !child.isAlive() ? false : canConnect(port)),
    READY_TIMEOUT_MS,
  );
  if (isReady === true) return { child, url: `redis://127.0.0.1:${port}` };
  const tail = child.logTail();
  await child.stop();
  throw new Error(`${binary} does not start:\n${tail}`);
}

function describeEngine(choice: EngineChoice): string {
  if (choice.kind === 'url') return 'the server of REDIS_URL';
  return choice.kind === 'system' ? choice.binary : 'embedded';
}

/** Starts the Redis that this machine offers, or the embedded one, with the gateway before it. */
export async function startRedis(options: {
  dataDir: string;
  token: string;
  signal: AbortSignal;
  add: (child: Child) => void;
}): Promise<RedisStack> {
  const { dataDir, token, signal, add } = options;
  const choice = chooseEngine(process.env);
  let redisUrl = choice.kind === 'url' ? choice.url : '';
  if (choice.kind === 'system') {
    const server = await startSystemRedis(dataDir, choice.binary, signal);
    add(server.child);
    redisUrl = server.url;
  }
  const gateway = await startNodeProcess({
    dataDir,
    name: 'redis-gateway',
    script: GATEWAY_SCRIPT,
    env: { GATEWAY_TOKEN: token, GATEWAY_REDIS_URL: redisUrl },
    readyTimeoutMs: READY_TIMEOUT_MS,
    signal,
  });
  add(gateway.child);
  return { url: gateway.url, engine: describeEngine(choice) };
}
