// What no Worker can be faster than: a reply from Hono alone, and one that waits for a single call to Redis.
import { Hono } from 'hono';

/** @typedef {{ UPSTASH_REDIS_REST_URL: string, UPSTASH_REDIS_REST_TOKEN: string }} Bindings */

/** @type {Hono<{ Bindings: Bindings }>} */
const app = new Hono();

app.get('/health/ready', (c) => c.json({ status: 'ready' }));

app.get('/hello', (c) => c.json({ hello: 'world' }));

app.get('/ping', async (c) => {
  const response = await fetch(`${c.env.UPSTASH_REDIS_REST_URL}/pipeline`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${c.env.UPSTASH_REDIS_REST_TOKEN}`,
      'content-type': 'application/json',
    },
    body: '[["PING"]]',
  });
  return c.json(await response.json());
});

export default app;
