import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import worker from '../../src/index.ts';

async function sendTo(url: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext();
  const response = await worker.fetch(new Request(url, init) as never, env, context);
  await waitOnExecutionContext(context);
  return response;
}

describe('the name that a request comes under', () => {
  it.each([
    'http://127.0.0.1:8787',
    'http://localhost:8787',
    'http://[::1]:8787',
    'http://darkroom.test',
    'https://darkroom.test',
    'http://LOCALHOST',
  ])('may in development be %s', async (origin) => {
    expect((await sendTo(`${origin}/v1/config`)).status).toBe(200);
  });

  it.each([
    'http://evil.example',
    'http://evil.example:8787',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://darkroom.test.evil.example',
    'http://192.168.1.7:8787',
    'http://0.0.0.0:8787',
  ])('may not be %s: no page, no data, no sign-in', async (origin) => {
    const body = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', origin } };
    for (const [path, init] of [
      ['/v1/config', {}],
      ['/', {}],
      ['/media/x', {}],
      ['/v1/auth/sign-in', body],
    ] as const) {
      const response = await sendTo(origin + path, init);
      expect(response.status).toBe(421);
      expect(await response.json()).toMatchObject({ code: 'unknown_host', retryable: false });
    }
  });
});
