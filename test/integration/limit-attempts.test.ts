import { Buffer } from 'node:buffer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { passwordQueue } from '../../src/domain/account/password.ts';
import { type Call, type Client, createClient, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';

const FAULTS = ['reset', 'black-hole', 'lose-reply', 'error', 'garbage'] as const;
const FAILED_LIMIT = 20;
const ADDRESS_LIMIT = 600;
const LOCAL_ADDRESS_LIMIT = 150;
const LOCAL_FAILED_LIMIT = 5;

afterEach(() => {
  vi.restoreAllMocks();
});

const unknownEmail = () => `visitor-${crypto.randomUUID()}@test.example`;

/** No password is right, and none takes a fifth of a second: here it is the count that is of interest. */
function skipHashing() {
  const run = vi.spyOn(passwordQueue, 'run');
  return run.mockResolvedValue({ ok: true, value: Buffer.alloc(32) });
}

async function signInStatus(email: string, password: string, more: Call = {}): Promise<number> {
  return (await createClient().send('/v1/auth/sign-in', { body: { email, password }, ...more })).status;
}

/** Sends `times` requests of one address that are counted and cost nothing else, some at a time. */
async function useUp(path: string, address: string, times: number, more: Call = {}): Promise<number[]> {
  const statuses: number[] = [];
  const headers = { 'cf-connecting-ip': address };
  for (let sent = 0; sent < times; sent += 25) {
    const chunk = Array.from({ length: Math.min(25, times - sent) }, () =>
      createClient().send(path, { method: 'POST', body: {}, headers, leaveBackground: true, ...more }),
    );
    for (const response of await Promise.all(chunk)) statuses.push(response.status);
  }
  return statuses;
}

describe('attempts of one address', () => {
  const PATHS = ['/v1/auth/sign-up', '/v1/auth/sign-in', '/v1/auth/sign-in-link', '/v1/profile/password'];

  it('are 429 after the limit, before any work, at every door together', async () => {
    const address = '198.51.100.7';
    // A new minute in the middle of it would give some attempts back.
    await vi.waitUntil(() => Date.now() % 60_000 < 54_000, { timeout: 10_000 });
    const statuses = await useUp('/v1/auth/sign-in', address, ADDRESS_LIMIT);
    expect(statuses.filter((status) => status === 429)).toEqual([]);
    const hashing = vi.spyOn(passwordQueue, 'run');
    for (const path of PATHS) {
      const headers = { 'cf-connecting-ip': address };
      const body = { email: unknownEmail(), password: 'correct horse battery', name: 'Ada' };
      const problem = await problemOf(path, { body, headers });
      expect(problem).toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
      const retryAfter = Number(problem.headers.get('retry-after'));
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual(60);
      expect(problem.headers.get('ratelimit-policy')).toBe(`"sign-in";q=${ADDRESS_LIMIT};w=60`);
      expect(problem.headers.get('ratelimit')).toMatch(/^"sign-in";r=0;t=\d+$/);
    }
    expect(hashing).not.toHaveBeenCalled();
    // Written otherwise it is the same address; the next one is not.
    const mapped = { method: 'POST', headers: { 'cf-connecting-ip': '::ffff:198.51.100.7' } };
    expect((await createClient().send('/v1/auth/sign-in-link', mapped)).status).toBe(429);
    const next = { method: 'POST', headers: { 'cf-connecting-ip': '198.51.100.8' } };
    expect((await createClient().send('/v1/auth/sign-in-link', next)).status).toBe(400);
    // What is not an attempt goes on.
    expect((await createClient().send('/v1/profile', { headers: mapped.headers })).status).toBe(401);
  });

  it('are counted down in the headers of replies that are no refusals', async () => {
    const client = createClient();
    const left = [];
    for (const path of PATHS) {
      const { headers } = await client.send(path, { method: 'POST' });
      expect(headers.get('ratelimit-policy')).toBe(`"sign-in";q=${ADDRESS_LIMIT};w=60`);
      left.push(Number(/^"sign-in";r=(\d+);t=\d+$/.exec(headers.get('ratelimit') ?? '')?.[1]));
    }
    expect(left).toEqual([1, 2, 3, 4].map((used) => ADDRESS_LIMIT - used));
  });

  it('are not counted by headers that a client can send', async () => {
    const client = createClient();
    const used = async (headers: Record<string, string>) => {
      const reply = await client.send('/v1/auth/sign-in-link', { method: 'POST', headers });
      return reply.headers.get('ratelimit')?.split(';')[1];
    };
    expect(await used({})).toBe('r=599');
    expect(await used({ 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '1.2.3.4' })).toBe('r=598');
    expect(await used({ forwarded: 'for=1.2.3.4', 'true-client-ip': '1.2.3.4' })).toBe('r=597');
  });
});

describe('failed sign-ins', () => {
  it.each(['an account', 'an e-mail without one'])(
    'of %s are refused after the limit, from whatever address and in whatever spelling',
    async (which) => {
      const ada = which === 'an account' ? await signUp() : null;
      const email = ada?.email ?? unknownEmail();
      const hashing = skipHashing();
      for (let count = 0; count < FAILED_LIMIT; count++) {
        const spelling = count % 2 === 0 ? email : ` ${email.toUpperCase().replaceAll('I', '\u0130')} `;
        expect(await signInStatus(spelling, 'a guess')).toBe(401);
      }
      hashing.mockClear();
      const body = { email, password: ada?.password ?? 'a guess' };
      const { headers, requestId, ...problem } = await problemOf('/v1/auth/sign-in', { body });
      expect(requestId).toBeTruthy();
      expect(problem).toEqual({
        type: 'urn:darkroom:error:rate_limited',
        title: 'Too many attempts',
        status: 429,
        code: 'rate_limited',
        detail: `Try again in ${headers.get('retry-after')} seconds.`,
        instance: '/v1/auth/sign-in',
        retryable: true,
      });
      expect(headers.get('ratelimit-policy')).toBe(
        `"sign-in";q=${ADDRESS_LIMIT};w=60, "failed-sign-in";q=${FAILED_LIMIT};w=600`,
      );
      expect(hashing).not.toHaveBeenCalled();
      // Somebody else signs in as ever.
      expect(await signInStatus(unknownEmail(), 'a guess')).toBe(401);
    },
  );

  it('do not get past the limit by coming all at once', async () => {
    skipHashing();
    const email = unknownEmail();
    const statuses = await Promise.all(Array.from({ length: 60 }, () => signInStatus(email, 'a guess')));
    expect(statuses.filter((status) => status === 401)).toHaveLength(FAILED_LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(60 - FAILED_LIMIT);
  });

  it('are only those: neither a good sign-in nor a request that was not judged counts', async () => {
    const ada = await signUp();
    const variables = { DATABASE_URL: 'postgres://darkroom_app:x@127.0.0.1:1/nowhere' };
    for (let count = 0; count < FAILED_LIMIT + 2; count++) {
      expect(await signInStatus(ada.email, '')).toBe(400);
    }
    for (let count = 0; count < FAILED_LIMIT; count++) {
      expect(await signInStatus(ada.email, 'a guess', { variables })).toBe(503);
    }
    for (let count = 0; count < 3; count++) expect(await signInStatus(ada.email, ada.password)).toBe(200);
    const vain = await problemOf('/v1/auth/sign-in', { body: { email: ada.email, password: 'a guess' } });
    expect(vain.status).toBe(401);
  });
});

describe('wrong current passwords at a change of the password', () => {
  const newPassword = 'another long password';

  let addresses = 0;
  const otherAddress = () => ({ headers: { 'cf-connecting-ip': `192.0.2.${++addresses}` } });

  /** Each from an address of its own. */
  const change = async (ada: Client, currentPassword: string) => {
    const { headers } = otherAddress();
    return await ada.send('/v1/profile/password', { body: { currentPassword, newPassword }, headers });
  };

  it('are refused after the limit, and the right one and sign-ins with them', async () => {
    const ada = await signUp();
    const hashing = skipHashing();
    for (let count = 0; count < FAILED_LIMIT; count++)
      expect((await change(ada, 'a guess')).status).toBe(401);
    hashing.mockClear();
    const body = { currentPassword: ada.password, newPassword };
    const problem = await problemOf('/v1/profile/password', { body, ...otherAddress() }, ada);
    expect(problem).toMatchObject({ status: 429, code: 'rate_limited', retryable: true });
    const retryAfter = problem.headers.get('retry-after');
    expect(problem.detail).toBe(`Try again in ${retryAfter} seconds.`);
    expect(problem.headers.get('ratelimit-policy')).toContain(`"failed-sign-in";q=${FAILED_LIMIT};w=600`);
    expect(hashing).not.toHaveBeenCalled();
    expect(await signInStatus(ada.email.toUpperCase(), ada.password)).toBe(429);
    // The session itself goes on.
    expect((await ada.send('/v1/profile')).status).toBe(200);
  });

  it('are counted together with failed sign-ins, and all at once are no way around', async () => {
    const ada = await signUp();
    skipHashing();
    for (let count = 0; count < FAILED_LIMIT / 2; count++)
      expect(await signInStatus(ada.email, 'a guess')).toBe(401);
    const replies = await Promise.all(
      Array.from({ length: FAILED_LIMIT }, async () => await change(ada, 'a guess')),
    );
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(FAILED_LIMIT / 2);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(FAILED_LIMIT / 2);
  });

  it('are only those: neither a right one nor a change that is told again counts', async () => {
    const ada = await signUp();
    const hashing = skipHashing();
    for (let count = 1; count < FAILED_LIMIT; count++)
      expect((await change(ada, 'a guess')).status).toBe(401);
    hashing.mockRestore();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { currentPassword: ada.password, newPassword };
    for (let count = 0; count < 2; count++)
      expect((await ada.send('/v1/profile/password', { body, headers })).status).toBe(204);
    expect((await change(ada, newPassword)).status).toBe(204);
    expect((await change(ada, 'a guess')).status).toBe(401);
    expect((await change(ada, newPassword)).status).toBe(429);
  });
});

describe.each(FAULTS)('with a Redis that shows the fault %s', (fault) => {
  it('attempts are limited by the isolate: sooner, in bounded time, without headers', async () => {
    const redis = await openFaultyStore('redis');
    await redis.set(fault);
    const { variables } = redis;
    const logged = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const address = `203.0.113.${FAULTS.indexOf(fault) + 1}`;
    const statuses = await useUp('/v1/auth/sign-in-link', address, LOCAL_ADDRESS_LIMIT + 50, { variables });
    expect(statuses.filter((status) => status === 400).length).toBeGreaterThanOrEqual(LOCAL_ADDRESS_LIMIT);
    const started = Date.now();
    const headers = { 'cf-connecting-ip': address };
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        createClient().send('/v1/auth/sign-in-link', {
          body: {},
          headers,
          variables,
        }),
      ),
    );
    expect(Date.now() - started).toBeLessThan(2_000);
    const refused = results.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    for (const response of results) {
      expect(response.headers.has('ratelimit')).toBe(false);
      expect(response.headers.has('ratelimit-policy')).toBe(false);
    }
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    const said = logged.mock.calls.flat().map((line): unknown => JSON.parse(String(line)));
    const limiterFault = expect.not.stringContaining(address);
    expect(said).toContainEqual(
      expect.objectContaining({ event: 'request', limiter: 'isolate:sign-in', limiterFault }),
    );
  });

  it('an account is guarded by the isolate, and lets its owner in', async () => {
    const ada = await signUp();
    const redis = await openFaultyStore('redis');
    await redis.set(fault);
    const { variables } = redis;
    for (let count = 0; count < LOCAL_FAILED_LIMIT + 1; count++) {
      expect(await signInStatus(ada.email, ada.password, { variables })).toBe(200);
    }
    for (let count = 0; count < LOCAL_FAILED_LIMIT; count++) {
      expect(await signInStatus(ada.email, 'a guess', { variables })).toBe(401);
    }
    expect(await signInStatus(ada.email, ada.password, { variables })).toBe(429);
  });
});
