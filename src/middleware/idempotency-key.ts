import { createHmac } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { AppEnv, IdempotencyKey } from '../context.ts';
import { invalidField } from '../errors/app-error.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Visible ASCII, so that a key survives any client and any log. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * Reads the Idempotency-Key of an unsafe request, and with one a copy of its body: it stands behind jsonBody, which
 * has the whole of it in memory, and before what uses it up. `isLater`: paths with an idempotencyKey of their own further on.
 */
export function idempotencyKey(isLater: (path: string) => boolean = () => false) {
  return createMiddleware<AppEnv>(async function idempotencyKeyMiddleware(c, next) {
    const ctx = c.get('ctx');
    if (!SAFE.has(c.req.method) && !isLater(c.req.path))
      ctx.idempotency = await readKey(c.req.raw, ctx.services.config.MEDIA_SIGNING_KEY);
    await next();
  });
}

/** The fingerprint is keyed: a body may hold a password, and a plain hash of it could be guessed offline. */
async function readKey(request: Request, secret: string): Promise<IdempotencyKey | null> {
  const key = request.headers.get('idempotency-key');
  if (key === null) return null;
  if (!KEY.test(key)) {
    throw invalidField('header.idempotency-key', 'must be 1 to 200 visible ASCII characters');
  }
  const body = await request.clone().arrayBuffer();
  const { pathname } = new URL(request.url);
  const fingerprint = createHmac('sha256', `idempotency:${secret}`)
    .update(`${request.method} ${pathname}\n`)
    .update(new Uint8Array(body))
    .digest('hex');
  return { key, fingerprint };
}
