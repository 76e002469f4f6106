import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import worker from '../../src/index.ts';
import { MAX_HEADER_CHARACTERS } from '../../src/middleware/bounded-headers.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { PRODUCTION } from '../helpers/production.ts';

describe('plain http, where Darkroom is deployed', () => {
  const variables = PRODUCTION;

  it.each(['/', '/projects/prj_1?tab=team', '/p/prj_1', '/p/prj_1/img_1?variant=thumbnail', '/nowhere'])(
    'leads a browser from %s to https',
    async (path) => {
      for (const method of ['GET', 'HEAD']) {
        const reply = await createClient().send(path, {
          method,
          variables,
          headers: { accept: 'text/html' },
        });
        expect(reply.status).toBe(308);
        expect(reply.headers.get('location')).toBe(`https://darkroom.test${path}`);
        expect(reply.headers.get('cache-control')).toBe('no-store');
      }
    },
  );

  it.each([
    ['GET', '/v1/projects'],
    ['POST', '/v1/auth/sign-in'],
    ['GET', '/v1/config'],
    ['GET', '/v1/nothing'],
    ['GET', '/v1/projects/prj_1/room'],
    ['GET', '/media/abc?signature=x'],
    ['GET', '/health/ready'],
    ['GET', '/openapi.json'],
    ['GET', '/.well-known/jwks.json'],
    ['POST', '/'],
    ['DELETE', '/p/prj_1'],
  ])('refuses %s %s', async (method, path) => {
    const problem = await problemOf(path, { method, variables });
    expect(problem).toMatchObject({ status: 403, code: 'insecure_transport', retryable: false });
  });

  it('still says that it lives', async () => {
    expect((await createClient().send('/health/live', { variables })).status).toBe(200);
  });

  it('is all there is in development', async () => {
    expect((await createClient().send('/v1/config')).status).toBe(200);
  });

  it('is not what https is', async () => {
    const context = createExecutionContext();
    const request = new Request('https://darkroom.test/v1/config');
    const reply = await worker.fetch(request as never, { ...env, ...variables }, context);
    await waitOnExecutionContext(context);
    expect([reply.status, (await reply.json<{ environment: string }>()).environment]).toEqual([
      200,
      'production',
    ]);
  });
});

describe('headers', () => {
  it('are refused when they are larger than anybody needs', async () => {
    for (const name of ['x-unknown', 'cookie', 'authorization', 'if-none-match', 'range']) {
      const headers = { [name]: 'a'.repeat(MAX_HEADER_CHARACTERS) };
      const problem = await problemOf('/v1/projects', { headers });
      expect(problem, name).toMatchObject({ status: 431, code: 'headers_too_large' });
    }
    const headers = { 'x-unknown': 'a'.repeat(MAX_HEADER_CHARACTERS - 1_000) };
    expect((await createClient().send('/v1/config', { headers })).status).toBe(200);
  });

  it.each(['', ' ', 'a b', '\u00e9', '<script>', 'a'.repeat(129), '"', 'a,b'])(
    'get an id of ours where X-Request-Id is %j',
    async (id) => {
      const reply = await createClient().send('/v1/config', { headers: { 'x-request-id': id } });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('an export', () => {
  let ada: Person;
  let address: string;

  beforeAll(async () => {
    ada = await signUp();
    address = `/v1/projects/${await createProject(ada)}/export?format=`;
  });

  const encodingOf = async (format: string, accepted: string | null) => {
    const headers = accepted === null ? {} : { 'accept-encoding': accepted };
    const reply = await ada.send(address + format, { headers });
    expect(reply.status).toBe(200);
    await reply.body?.cancel();
    return [reply.headers.get('content-encoding'), reply.headers.get('vary')];
  };

  it('is compressed as lines of JSON, for whoever can read that', async () => {
    expect(await encodingOf('jsonl', 'gzip, br')).toEqual(['gzip', 'Accept-Encoding']);
    for (const accepted of ['br', 'gzip;q=0', null])
      expect(await encodingOf('jsonl', accepted)).toEqual([null, 'Accept-Encoding']);
  });

  it('is left alone as an archive', async () => {
    expect(await encodingOf('zip', 'gzip')).toEqual([null, null]);
  });
});
