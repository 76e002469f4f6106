import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { createRedis } from '../../src/redis/client.ts';
import { cacheKey } from '../../src/cache/namespaces.ts';
import { createSessionCache } from '../../src/cache/session-cache.ts';
import { hashToken } from '../../src/domain/account/session-token.ts';
import { parseConfig } from '../../src/env.ts';
import { newCaller } from '../helpers/caller.ts';
import { type Client, createClient, createProject, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { findReadiness } from '../helpers/readiness.ts';

const FAULTS = ['reset', 'black-hole', 'lose-reply', 'error', 'garbage'] as const;

afterEach(() => {
  vi.restoreAllMocks();
});

function configOfTheStack() {
  const result = parseConfig({ ...env, ...inject('variables') });
  if (!result.ok) throw new Error('the stack is configured');
  return result.config;
}

const redisOfTheStack = () => createRedis(configOfTheStack(), newCaller());

async function keyOf(client: Client): Promise<string> {
  return cacheKey('session', await hashToken(client.cookie.split('=')[1] ?? ''));
}

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

describe('what Redis holds under the key of a session', () => {
  it.each([
    'nonsense',
    '{}',
    '[]',
    '42',
    JSON.stringify({ id: 'ses_1', userId: 7, expiresAt: '2099-01-01', lastSeenAt: '2099-01-01' }),
  ])('is not believed when it is %s: the database is asked', async (value) => {
    const ada = await signUp();
    await redisOfTheStack().set(await keyOf(ada), value);
    expect(await ada.call('/v1/profile')).toMatchObject({ status: 200, body: { id: ada.userId } });
  });

  it('can let nobody in for longer than the session lasts', async () => {
    const ada = await signUp();
    const past = new Date(Date.now() - 1).toISOString();
    const record = { id: 'ses_1', userId: ada.userId, expiresAt: past, lastSeenAt: past, plan: 'free' };
    await redisOfTheStack().set(await keyOf(ada), record);
    expect((await ada.call('/v1/profile')).status).toBe(401);
  });

  it('stays revoked when a slow request still writes what it read before', async () => {
    const redis = redisOfTheStack();
    const cache = createSessionCache(redis);
    const tokenHash = await hashToken(crypto.randomUUID());
    const now = new Date().toISOString();
    await cache.drop([tokenHash]);
    await cache.put(tokenHash, {
      id: 'ses_1',
      userId: 'usr_1',
      expiresAt: now,
      lastSeenAt: now,
      plan: 'free',
    });
    expect(await cache.get(tokenHash)).toBeNull();
    const ttl = await redis.ttl(cacheKey('session', tokenHash));
    // Longer than any access token of the session.
    expect(ttl).toBeGreaterThan(600);
    expect(ttl).toBeLessThanOrEqual(660);
    await cache.drop([]);
  });

  it('is not taken for revoked when Redis refuses the command', async () => {
    const faulty = await openFaultyStore('redis');
    const cache = createSessionCache(
      createRedis(
        { ...configOfTheStack(), ...faulty.variables, UPSTASH_REDIS_REST_TOKEN: 'wrong' },
        newCaller(),
      ),
    );
    await expect(cache.drop(['0'.repeat(64)])).rejects.toThrow();
    await expect(cache.ping()).rejects.toThrow();
    await faulty.set('black-hole');
    await expect(cache.drop(['0'.repeat(64)])).rejects.toThrow();
    await expect(cache.ping()).rejects.toThrow();
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
