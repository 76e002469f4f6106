import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import worker from '../../src/index.ts';
import { signUp } from '../helpers/client.ts';

const SHARED_URL = 'https://192.168.1.7:8443';
const SECRET = 'shared-secret-of-the-tests-shared-secret-of-the';

interface Sent {
  headers?: Record<string, string>;
  body?: unknown;
  variables?: Record<string, string>;
  origin?: string;
}

async function send(path: string, { headers = {}, body, variables = {}, origin }: Sent = {}) {
  const context = createExecutionContext();
  const request = new Request(`${origin ?? 'http://127.0.0.1:8787'}${path}`, {
    headers: { 'darkroom-shared': SECRET, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const given = { ...env, SHARED_URL, SHARED_SECRET: SECRET, ...variables };
  const response = await worker.fetch(request as never, given, context);
  await waitOnExecutionContext(context);
  return response;
}

describe('a request of another device', () => {
  it('gets a Secure __Host- cookie at sign-in, and is known by it', async () => {
    const { email, password } = await signUp();
    const signIn = await send('/v1/auth/sign-in', {
      body: { email, password },
      headers: { origin: SHARED_URL, 'cf-connecting-ip': '192.168.1.9' },
    });
    expect(signIn.status).toBe(200);
    const cookie = signIn.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-darkroom_session_8443=[^;]+;.*Path=\/;.*Secure/);
    const projects = await send('/v1/projects', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(projects.status).toBe(200);
  });

  it('may change something for its own origin alone', async () => {
    const from = async (origin: string) =>
      (await send('/v1/auth/sign-out', { body: {}, headers: { origin } })).status;
    expect(await from(SHARED_URL)).not.toBe(403);
    for (const origin of ['http://127.0.0.1:8787', 'http://192.168.1.7:8443', 'https://192.168.1.7']) {
      expect(await from(origin)).toBe(403);
    }
  });

  it('is not offered the sample site, which its browser cannot reach', async () => {
    expect(await (await send('/v1/config')).json()).toMatchObject({ sampleSiteUrl: null });
    const local = await send('/v1/config', { headers: { 'darkroom-shared': 'another' } });
    expect(await local.json()).toMatchObject({ sampleSiteUrl: expect.stringMatching(/^http:/) });
  });

  it('and one of this machine are told under which origin others come, for the links that are given to them', async () => {
    for (const secret of [SECRET, 'another']) {
      const reply = await send('/v1/config', { headers: { 'darkroom-shared': secret } });
      expect(await reply.json()).toMatchObject({ sharedOrigin: SHARED_URL });
    }
  });

  it.each([
    ['another secret', { headers: { 'darkroom-shared': `${SECRET}x` } }],
    ['no secret', { headers: { 'darkroom-shared': '' } }],
    ['a stack that is not shared', { variables: { SHARED_URL: '' } }],
    ['a stack without a secret', { variables: { SHARED_SECRET: '' } }],
  ])('is one of this machine with %s, and keeps the plain cookie', async (_, more) => {
    const { email, password } = await signUp();
    const signIn = await send('/v1/auth/sign-in', { body: { email, password }, ...more });
    expect(signIn.headers.get('set-cookie')).toMatch(/^darkroom_session_8787=/);
  });

  it('does not come under the shared name without the proxy', async () => {
    const headers = { 'darkroom-shared': 'another' };
    for (const origin of ['http://192.168.1.7:8443', 'http://192.168.1.7', 'https://192.168.1.7']) {
      expect((await send('/v1/config', { origin, headers })).status).toBe(421);
    }
  });
});
