import { Redis } from '@upstash/redis';
import { inject, vi } from 'vitest';

const LOCK = 'test:alone';
/** After this a file that was ended with it holds nobody up. */
const LEASE_MS = 60_000;
const TRY_EVERY_MS = 50;
/** All other files may come before, each for as long as its own work takes. */
const MOST_MS = 2 * LEASE_MS;

/**
 * Does what no two test files may do at a time. Such is cron: it takes the outbox rows of all of them, and does them with
 * the objects of its own Worker, where nobody waits for them.
 */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  const { UPSTASH_REDIS_REST_URL: url = '', UPSTASH_REDIS_REST_TOKEN: token = '' } = inject('variables');
  const redis = new Redis({ url, token, enableTelemetry: false, automaticDeserialization: false });
  const owner = crypto.randomUUID();
  const isMine = async () => (await redis.set(LOCK, owner, { nx: true, px: LEASE_MS })) !== null;
  await vi.waitUntil(isMine, { timeout: MOST_MS, interval: TRY_EVERY_MS });
  try {
    return await work();
  } finally {
    if ((await redis.get(LOCK)) === owner) await redis.del(LOCK);
  }
}
