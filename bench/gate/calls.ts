import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const TIMEOUT_MS = 10_000;
const WAIT_MS = 50;

const Calls = z.object({ redis: z.int(), database: z.int(), askedOfRedis: z.string().nullable() });
/** What entry.mjs has counted since its Worker began. */
export type Calls = z.infer<typeof Calls>;

export async function readCalls(workerUrl: string): Promise<Calls> {
  const response = await fetch(new URL('/bench/calls', workerUrl), {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return Calls.parse(await response.json());
}

/**
 * The commands, as JSON, that a cached read sends to Redis. It is read until it is cached everywhere, so that the commands
 * are those of its gate and nothing else is sent.
 */
export async function readGateCommands(workerUrl: string, read: () => Promise<unknown>): Promise<string> {
  for (let tries = 0; tries * WAIT_MS < TIMEOUT_MS; tries++) {
    await sleep(WAIT_MS);
    const before = await readCalls(workerUrl);
    await read();
    const { redis, database, askedOfRedis } = await readCalls(workerUrl);
    if (askedOfRedis !== null && redis === before.redis + 1 && database === before.database)
      return askedOfRedis;
  }
  throw new Error('No read was a cached one');
}
