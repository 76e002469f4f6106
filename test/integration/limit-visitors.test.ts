import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Bindings } from '../../src/env.ts';
import { encodeCursor } from '../../src/lib/cursor.ts';
import { newId } from '../../src/lib/id.ts';
import { toAddressKey } from '../../src/rate-limit/client-address.ts';
import { type Call, type Client, createClient, createProject, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';

/** An isolate alone allows two visits, and another one after half a minute. */
const FEW = { LIMITER_SCALE: '0.01' };
const call = (more: Call = {}): Call => ({ variables: FEW, isUntold: true, ...more });

/** Addresses of nothing, each of which would be looked for in the database. */
const unknownPage = () => `/p/${newId('prj')}`;
const unknownImage = () => `${unknownPage()}/${newId('img')}`;

async function statusOf(client: Client, path: string, more: Call = {}): Promise<number> {
  const reply = await client.send(path, call(more));
  await reply.body?.cancel();
  return reply.status;
}

/** A client that has no visit left. */
async function createRefused(): Promise<Client> {
  const client = createClient();
  const statuses = [];
  for (const path of [unknownPage(), unknownImage(), unknownPage()])
    statuses.push(await statusOf(client, path));
  expect(statuses).toEqual([404, 404, 429]);
  return client;
}

describe('what public pages are asked for', () => {
  it('is limited for an address, pages and images together, and for another one by itself', async () => {
    const client = await createRefused();
    for (const path of [unknownPage(), unknownImage()]) {
      const problem = await problemOf(path, call(), client);
      expect(problem).toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
      const retryAfter = Number(problem.headers.get('retry-after'));
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(30);
      expect(problem.headers.has('ratelimit')).toBe(false);
    }
    expect(await statusOf(createClient(), unknownPage())).toBe(404);
  });

  it('counts for HEAD as for GET, for any cursor, and for an IPv6 network as a whole', async () => {
    const headers = (host: number) => ({ 'cf-connecting-ip': `2001:db8:ffff:${network}::${host}` });
    const network = crypto.getRandomValues(new Uint16Array(1))[0]?.toString(16);
    const client = createClient();
    const cursor = encodeCursor(newId('img'));
    const statuses = [
      await statusOf(client, unknownPage(), { method: 'HEAD', headers: headers(1) }),
      await statusOf(client, `${unknownPage()}?cursor=${cursor}`, { headers: headers(2) }),
      await statusOf(client, unknownPage(), { method: 'HEAD', headers: headers(3) }),
      await statusOf(client, unknownImage(), { headers: headers(4) }),
    ];
    expect(statuses).toEqual([404, 404, 429, 429]);
  });

  it('is not counted when it comes from memory, which serves whoever is refused, too', async () => {
    const ada = await signUp();
    const page = `/p/${await createProject(ada)}`;
    const body = { visibility: 'public' };
    expect((await ada.call(page.replace('/p/', '/v1/projects/'), { method: 'PATCH', body })).status).toBe(
      200,
    );
    const refused = await createRefused();
    const client = createClient();
    expect(await statusOf(createClient(), page)).toBe(200);
    const replies = await Promise.all(
      [...Array.from({ length: 5 }, () => client), refused].map(async (one) => await one.send(page, call())),
    );
    for (const reply of replies) {
      expect([reply.status, reply.headers.get('cache-status')]).toEqual([
        200,
        expect.stringContaining('darkroom-isolate; hit'),
      ]);
      await reply.body?.cancel();
    }
    expect([await statusOf(client, unknownPage()), await statusOf(client, unknownPage())]).toEqual([
      404, 404,
    ]);
    expect(await statusOf(client, unknownPage())).toBe(429);
  });

  it('is not counted where the limits are switched off', async () => {
    const client = await createRefused();
    const variables = { ...FEW, LIMITER_ENABLED: 'off' };
    for (let count = 0; count < 4; count++)
      expect(await statusOf(client, unknownPage(), { variables })).toBe(404);
  });

  it("is counted by the platform's limiter at the figures of a deployment: 600 a minute", async () => {
    // The guarantee behind the type: wrangler.toml declares it.
    const { LIMIT_VISITORS: counter } = env as Bindings;
    const variables = { LIMITER_SCALE: '1' };
    const header = '192.0.2.1';
    const headers = { 'cf-connecting-ip': header };
    // A new minute would give it all back.
    await vi.waitUntil(() => Date.now() % 60_000 < 45_000, { timeout: 20_000 });
    const visits = Array.from({ length: 599 }, async () => {
      return await counter?.limit({ key: `visitor:${toAddressKey(header)}` });
    });
    for (const visit of await Promise.all(visits)) expect(visit).toEqual({ success: true });
    expect(await statusOf(createClient(), unknownPage(), { variables, headers })).toBe(404);
    const { code, headers: told } = await problemOf(unknownPage(), call({ variables, headers }));
    expect([code, told.get('retry-after')]).toEqual(['rate_limited', '60']);
    expect(await statusOf(createClient(), unknownPage(), { variables })).toBe(404);
  });
});
