import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { AppEnv } from '../../../src/context.ts';
import { unreadBody } from '../../../src/middleware/unread-body.ts';

/** Counts how often the source of its one reply, which has no end, was told to stop. */
function serveStream() {
  const seen = { cancelled: 0 };
  const app = new Hono<AppEnv>();
  app.use(unreadBody());
  app.get('/stream', () => {
    const source = { pull: (to: ReadableStreamDefaultController) => to.enqueue(new Uint8Array(1)) };
    const stream = new ReadableStream({ ...source, cancel: () => void seen.cancelled++ });
    return new Response(stream, { headers: { 'content-type': 'application/zip' } });
  });
  app.get('/nothing', (c) => c.body(null, 204));
  return { app, seen };
}

describe('a body that nobody reads', () => {
  it('is ended when a HEAD is answered, with the headers of the GET', async () => {
    const { app, seen } = serveStream();
    const reply = await app.request('/stream', { method: 'HEAD' });
    expect(reply.headers.get('content-type')).toBe('application/zip');
    expect(reply.body).toBeNull();
    expect(seen.cancelled).toBe(1);
  });

  it('is left to whoever asks with a GET', async () => {
    const { app, seen } = serveStream();
    const reply = await app.request('/stream');
    expect(seen.cancelled).toBe(0);
    await reply.body?.cancel();
  });

  it('need not be there', async () => {
    const { app } = serveStream();
    expect((await app.request('/nothing', { method: 'HEAD' })).status).toBe(204);
  });
});
