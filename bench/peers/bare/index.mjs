// What no Worker can be faster than: a reply from Hono alone, one that waits for a single call to Redis, and one that
// asks of Redis what Darkroom's gate asks, and looks at none of the answers.
import { Hono } from 'hono';

/** @typedef {{ UPSTASH_REDIS_REST_URL: string, UPSTASH_REDIS_REST_TOKEN: string, GATE_COMMANDS: string }} Bindings */

/** @type {Hono<{ Bindings: Bindings }>} */
const app = new Hono();

/** @param {Bindings} env @param {string} commands */
async function ask(env, commands) {
  const response = await fetch(`${env.UPSTASH_REDIS_REST_URL}/pipeline`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${env.UPSTASH_REDIS_REST_TOKEN}`,
      'content-type': 'application/json',
    },
    body: commands,
  });
  return await response.json();
}

app.get('/health/ready', (c) => c.json({ status: 'ready' }));

app.get('/hello', (c) => c.json({ hello: 'world' }));

app.get('/ping', async (c) => c.json(await ask(c.env, '[["PING"]]')));

app.get('/gate', async (c) => c.json(await ask(c.env, c.env.GATE_COMMANDS)));

export default app;
