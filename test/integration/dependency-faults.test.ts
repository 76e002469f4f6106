import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { createPrincipalCache } from '../../src/cache/principal-cache.ts';
import { createPrincipalMemory } from '../../src/cache/principal-memory.ts';
import { principal } from '../../src/cache/principal-record.ts';
import { hashToken } from '../../src/domain/account/session-token.ts';
import { parseConfig } from '../../src/env.ts';
import type { CommandList } from '../../src/redis/command-list.ts';
import type { RedisDatabase } from '../../src/redis/redis-database.ts';
import { type Client, createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { findReadiness } from '../helpers/readiness.ts';
import { openRedis } from '../helpers/redis-database.ts';

const FAULTS = ['reset', 'black-hole', 'lose-reply', 'error', 'garbage'] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

const CACHE = 'darkroom:cache';

const principalOptions = () => ({
  prefix: CACHE,
  now: () => Date.now(),
  memory: createPrincipalMemory(),
  bumpedAt: () => null,
});

function redisOfTheStack(variables: Record<string, string> = {}): RedisDatabase {
  const result = parseConfig({ ...env, ...inject('variables'), ...variables });
  if (!result.ok) throw new Error('the stack is configured');
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = result.config;
  return openRedis([url], token, { timeoutMs: variables['UPSTASH_REDIS_REST_URL'] ? 150 : 20_000 });
}

async function ask(enqueue: (list: CommandList) => unknown): Promise<unknown> {
  const batch = redisOfTheStack().open();
  const answer = batch.add(enqueue);
  await batch.send();
  return await answer;
}

const nameOf = async (client: Client) => await hashToken(client.cookie.split('=')[1] ?? '');

const record = (person: Person, more: object): string => {
  const at = new Date().toISOString();
  const known = { kind: 'session', id: 'ses_1', userId: person.userId, expiresAt: at, lastSeenAt: at };
  const rest = { plan: 'free', limit: null, scopes: null, roles: {} };
  return `${person.userId}|1.${2n ** 40n}|${Date.now()}|${JSON.stringify({ ...known, ...rest, ...more })}`;
};

describe.each(FAULTS)('with a database that shows the fault %s', (fault) => {
  it('every request that needs it is 503, retryable, and shows nothing of it', async () => {
    const neon = await openFaultyStore('neon');
    const ada = await signUp();
    const project = await createProject(ada);
    const stranger = await signUp();
    await neon.set(fault);
    const { variables } = neon;
    const problems = await Promise.all([
      problemOf('/v1/projects', { variables }, ada),
      problemOf(`/v1/projects/${project}`, { method: 'PATCH', body: { name: 'x' }, variables }, ada),
      // This session is not in the cache yet.
      problemOf('/v1/profile', { variables }, stranger),
      problemOf('/v1/auth/sign-in', { body: { email: ada.email, password: 'x' }, variables }),
      problemOf('/health/ready', { variables }),
    ]);
    for (const { headers, ...problem } of problems) {
      expect(problem).toMatchObject({ status: 503, code: 'unavailable', retryable: true });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(JSON.stringify(problem)).not.toMatch(/boom|postgres|neon|127\.0\.0\.1|fetch|sql|json/i);
    }
    expect((await createClient().send('/health/live', { variables })).status).toBe(200);
  });
});

describe.each(FAULTS)('with a Redis that shows the fault %s', (fault) => {
  it('signed-in reads and writes go on, and readiness says degraded', async () => {
    const redis = await openFaultyStore('redis');
    const ada = await signUp();
    await redis.set(fault);
    const { variables } = redis;
    const started = Date.now();
    expect(await ada.call('/v1/profile', { variables })).toMatchObject({
      status: 200,
      body: { id: ada.userId },
    });
    expect(Date.now() - started).toBeLessThan(2_000);
    expect((await ada.call('/v1/projects', { body: { name: 'Birds' }, variables })).status).toBe(201);
    await findReadiness(
      {
        status: 200,
        body: { status: 'degraded', parts: { redis: { state: 'down' }, primary: { state: 'ok' } } },
      },
      variables,
    );
  });
});

describe('what Redis holds of a session', () => {
  it.each([
    'nonsense',
    '{}',
    '|||',
    'usr_1|1.1|1|{"kind":"session"}',
    'usr_1|x|1|{}',
    'usr_1|1.1|1|not JSON',
  ])('is not believed when it is %s: the database is asked', async (value) => {
    const ada = await signUp();
    const key = `${CACHE}:p:${await nameOf(ada)}`;
    await ask((list) => list.set(key, value));
    expect(await ada.call('/v1/profile')).toMatchObject({ status: 200, body: { id: ada.userId } });
  });

  it('can let nobody in for longer than the session lasts', async () => {
    const ada = await signUp();
    const key = `${CACHE}:p:${await nameOf(ada)}`;
    const ended = record(ada, { expiresAt: new Date(Date.now() - 1).toISOString() });
    await ask((list) => list.set(key, ended));
    expect((await ada.call('/v1/profile')).status).toBe(401);
  });

  it('is not believed any more once something of its person was written later', async () => {
    const ada = await signUp();
    const name = await nameOf(ada);
    const later = new Date(Date.now() + 60_000).toISOString();
    const outdated = record(ada, { expiresAt: later, userId: (await signUp()).userId });
    await ask((list) => list.set(`${CACHE}:p:${name}`, outdated));
    await ask((list) => list.set(`${CACHE}:t:user:${ada.userId}`, `1.${2n ** 40n}`));
    expect(await ada.call('/v1/profile')).toMatchObject({ status: 200, body: { id: ada.userId } });
  });

  it('is as it was written last, also for who had one before', async () => {
    const redis = redisOfTheStack();
    let now = 1_000;
    const cache = createPrincipalCache({ redis, ...principalOptions(), now: () => now++ });
    const ada = await signUp();
    const name = await hashToken(crypto.randomUUID());
    const free = principal().parse(JSON.parse(record(ada, {}).split('|')[3] ?? ''));
    const readAt = { epoch: 1, xid: 2n ** 40n };
    const look = async () => {
      const batch = redis.open();
      const looked = cache.look(batch, name);
      await batch.send();
      return await looked;
    };
    expect(await look()).toEqual({ state: 'unknown' });
    await cache.put(name, free, readAt);
    for (let n = 0; n < 3; n++) expect(await look()).toMatchObject({ principal: free, storedAt: 1_000 });
    await cache.put(name, { ...free, plan: 'pro' }, readAt);
    expect(await look()).toMatchObject({ principal: { plan: 'pro' }, storedAt: 1_001 });
    await cache.revoke([name]);
    expect(await look()).toEqual({ state: 'revoked' });
  });

  it('stays revoked when a slow request still writes what it read before', async () => {
    const redis = redisOfTheStack();
    const cache = createPrincipalCache({ redis, ...principalOptions() });
    const ada = await signUp();
    const name = await hashToken(crypto.randomUUID());
    const known = principal().parse(JSON.parse(record(ada, {}).split('|')[3] ?? ''));
    await cache.revoke([name]);
    await cache.put(name, known, { epoch: 1, xid: 2n ** 40n });
    const batch = redis.open();
    const looked = cache.look(batch, name);
    await batch.send();
    expect(await looked).toEqual({ state: 'revoked' });
    const ttl = await ask((list) => list.ttl(`${CACHE}:p:${name}`));
    // Longer than any access token of the session.
    expect(ttl).toBeGreaterThan(600);
    expect(ttl).toBeLessThanOrEqual(660);
    await cache.revoke([]);
  });

  it('is not taken for revoked when Redis refuses the command, or does not answer', async () => {
    const faulty = await openFaultyStore('redis');
    const options = principalOptions();
    const wrong = redisOfTheStack({ ...faulty.variables, UPSTASH_REDIS_REST_TOKEN: 'wrong' });
    const name = '0'.repeat(64);
    await expect(createPrincipalCache({ redis: wrong, ...options }).revoke([name])).rejects.toThrow();
    await faulty.set('black-hole');
    const silent = redisOfTheStack(faulty.variables);
    await expect(createPrincipalCache({ redis: silent, ...options }).revoke([name])).rejects.toThrow();
    await expect(silent.ping(150)).rejects.toThrow();
  });
});

describe('an error that nobody expected', () => {
  // The service role may not look for credentials: as a migration that was forgotten would show itself.
  const broken = { DATABASE_URL: inject('stores').serviceUrl };

  it.each([
    ['', broken],
    [', also when Sentry does not answer', { ...broken, SENTRY_DSN: 'http://key@127.0.0.1:9/1' }],
  ])(
    'says `internal` and the request id to the caller, and all the rest to the log%s',
    async (_, variables) => {
      const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const body = { email: 'ada@test.example', password: 'whatever' };
      const { headers, ...problem } = await problemOf('/v1/auth/sign-in', { body, variables });
      expect(problem).toEqual({
        type: 'urn:darkroom:error:internal',
        title: 'Something went wrong on our side',
        status: 500,
        code: 'internal',
        instance: '/v1/auth/sign-in',
        requestId: headers.get('x-request-id'),
        retryable: true,
      });
      const said = logged.mock.calls.flat().map((line): unknown => JSON.parse(String(line)));
      const error = expect.stringContaining('permission denied for function find_credentials');
      expect(said).toContainEqual(
        expect.objectContaining({ event: 'unexpected_error', requestId: problem.requestId, error }),
      );
      expect(said).toContainEqual(
        expect.objectContaining({ event: 'request', status: 500, code: 'internal' }),
      );
    },
  );
});

describe('a database role that row-level security does not bind', () => {
  it('is not ready, though it answers', async () => {
    const variables = { DATABASE_REPLICA_URL: inject('stores').superuserUrl };
    const errors = [{ path: 'replica', message: 'misconfigured' }];
    await findReadiness({ status: 503, body: { code: 'unavailable', errors } }, variables);
    await findReadiness({ status: 200, body: { status: 'ready' } });
  });
});
