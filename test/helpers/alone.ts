import { env } from 'cloudflare:workers';
import { sleep } from '../../src/lib/sleep.ts';

const LOCK = 'test:alone';
/** After this a file that was ended with it holds nobody up. */
const LEASE_MS = 60_000;
const TRY_EVERY_MS = 50;

/**
 * Does what no two test files may do at a time. Such is cron: it takes the outbox rows of all of them, and does them with
 * the objects of its own Worker, where nobody waits for them.
 */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  const owner = crypto.randomUUID();
  while ((await redis('set', LOCK, owner, 'nx', 'px', LEASE_MS)) === null) await sleep(TRY_EVERY_MS);
  try {
    return await work();
  } finally {
    if ((await redis('get', LOCK)) === owner) await redis('del', LOCK);
  }
}

async function redis(...command: (string | number)[]): Promise<unknown> {
  const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = env as unknown as Record<string, string>;
  const response = await fetch(String(UPSTASH_REDIS_REST_URL), {
    method: 'POST',
    headers: { authorization: `Bearer ${UPSTASH_REDIS_REST_TOKEN}` },
    body: JSON.stringify(command),
  });
  if (!response.ok) throw new Error(`Redis answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { result: unknown }).result;
}
