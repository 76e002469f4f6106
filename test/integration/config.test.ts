import { createExecutionContext, createScheduledController } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { AREAS } from '../../src/routes/areas.ts';
import worker from '../../src/index.ts';
import { createClient } from '../helpers/client.ts';
import { PRODUCTION } from '../helpers/production.ts';

const ROUTES = buildApp(AREAS)
  .routes.filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => [method, path.replaceAll(/:[^/]+/g, 'x')] as const);

describe('production with a variable missing', () => {
  const variables = { ...PRODUCTION, UPSTASH_REDIS_REST_TOKEN: '' };

  it.each(ROUTES.filter(([, path]) => path !== '/health/live'))(
    'answers %s %s with 503 and its name',
    async (method, path) => {
      const response = await createClient().send(path, { method, variables });
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(response.headers.has('retry-after')).toBe(false);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({
        status: 503,
        code: 'misconfigured',
        retryable: false,
        requestId: response.headers.get('x-request-id'),
        errors: [{ path: 'UPSTASH_REDIS_REST_TOKEN', message: 'is missing' }],
      });
      expect(text).not.toContain('s3cr3t');
    },
  );

  it('answers /v1/nothing and the console’s pages the same way', async () => {
    for (const path of ['/', '/projects', '/v1/nothing']) {
      const reply = await createClient().call(path, { variables, headers: { accept: 'text/html' } });
      expect(reply).toMatchObject({ status: 503, body: { code: 'misconfigured' } });
    }
  });

  it('still says that it lives, over a connection that stays encrypted', async () => {
    const reply = await createClient().call('/health/live', { variables });
    expect(reply).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(reply.headers.get('strict-transport-security')).toContain('max-age=31536000');
  });

  it('does no background work either, and says which variable it needs', async () => {
    const run = worker.scheduled(
      createScheduledController({ cron: '* * * * *' }),
      { ...env, ...variables },
      createExecutionContext(),
    );
    await expect(run).rejects.toThrow('Not configured: UPSTASH_REDIS_REST_TOKEN');
  });
});

describe('a wrong value', () => {
  it('is named by its variable, and never appears in the reply or the logs', async () => {
    const lines: string[] = [];
    for (const level of ['log', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.join(' ')));
    }
    const wrong = {
      MEDIA_SIGNING_KEY: 's3cr3t',
      DATABASE_URL: 'mysql://s3cr3t',
      PUBLIC_URL: 'http://s3cr3t',
    };
    const response = await createClient().send('/v1/projects', { variables: { ...PRODUCTION, ...wrong } });
    const text = await response.text();
    const named = JSON.parse(text).errors.map(({ path }: { path: string }) => path);
    expect([...new Set(named)].sort()).toEqual(Object.keys(wrong).sort());
    vi.restoreAllMocks();
    expect(lines.join()).toContain('"level":"error","event":"request"');
    expect(lines.join()).toContain('"variables":"DATABASE_URL MEDIA_SIGNING_KEY PUBLIC_URL"');
    expect(text + lines.join()).not.toContain('s3cr3t');
  });

  it('makes development warn once and go on with a default', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const development = { ...env, PUBLIC_URL: 's3cr3t' };
    for (let count = 0; count < 2; count++) {
      const request = new Request('http://127.0.0.1:8787/v1/config');
      const response = await worker.fetch(request as never, development, createExecutionContext());
      expect(response.status).toBe(200);
    }
    const said = warn.mock.calls.flat().join();
    vi.restoreAllMocks();
    expect(said.match(/"variable":"PUBLIC_URL"/g)).toHaveLength(1);
    expect(said).not.toContain('s3cr3t');
  });
});
