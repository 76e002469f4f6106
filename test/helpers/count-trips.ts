import { inject } from 'vitest';
import type { Call, Client } from './client.ts';
import type { StoreName } from './trip-counter.ts';

export interface Trips {
  status: number;
  /** What was waited for before the reply, one after the other: the stores that were asked together, in order. */
  rounds: string[];
}

export interface CountedStores {
  /** Variables that send the Worker through the counter. */
  variables: Record<string, string>;
  /** Sends a request and says on what it waited. */
  count(client: Client, path: string, call?: Call): Promise<Trips>;
  /** Lets everything pass that may still be under way. */
  close(): Promise<void>;
}

/** Gateways that count, for one file of tests. */
export async function openCountedStores(): Promise<CountedStores> {
  const { url: control } = inject('stores').trips;
  const tell = async (path: string): Promise<unknown> =>
    await (await fetch(control + path, { method: 'POST' })).json();
  const { id, urls } = (await tell('/open')) as { id: number; urls: Record<StoreName, string> };
  const variables = {
    NEON_FETCH_ENDPOINT: `${urls.database}/sql`,
    UPSTASH_REDIS_REST_URL: urls.redis,
    // A call that is held takes as long as this test likes, and is not made twice for that.
    CACHE_TIMEOUT_MS: '5000',
    LIMITER_TIMEOUT_MS: '5000',
    SETTINGS: JSON.stringify({ deadlines: { hedgeMs: 30_000 } }),
  };
  return {
    variables,
    async count(client, path, call = {}) {
      await tell(`/${id}/hold`);
      const replying = client
        .send(path, { ...call, variables: { ...variables, ...call.variables }, leaveBackground: true })
        .then(async (response) => {
          await response.arrayBuffer();
          return response;
        });
      const rounds: string[] = [];
      try {
        for (;;) {
          const next = await Promise.race([replying.then(() => null), tell(`/${id}/next`)]);
          if (next === null) break;
          rounds.push([...new Set(next as StoreName[])].sort().join('+'));
        }
        return { status: (await replying).status, rounds };
      } finally {
        await tell(`/${id}/pass`);
      }
    },
    async close() {
      await tell(`/${id}/pass`);
    },
  };
}
