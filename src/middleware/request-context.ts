import { createHmac } from 'node:crypto';
import { createMiddleware } from 'hono/factory';
import type { AppEnv, IdempotencyKey, RequestContext } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError, invalidField } from '../errors/app-error.ts';
import { describeError, logEvent } from '../observability/logger.ts';
import { createServices } from '../services.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Visible ASCII, so that a key survives any client and any log. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/** Wires the services and reads the headers that every verb knows of; sends the bookmark of a write back. */
export function requestContext() {
  return createMiddleware<AppEnv>(async function requestContextMiddleware(c, next) {
    const result = configOf(c.env);
    if (!result.ok) throw new AppError('misconfigured', '');
    const requestId = c.get('requestId');
    const ctx: RequestContext = {
      requestId,
      actor: { kind: 'anonymous' },
      idempotency: SAFE.has(c.req.method) ? null : await readKey(c.req.raw, result.config.MEDIA_SIGNING_KEY),
      services: createServices(result.config),
      waitUntil(name, work) {
        const guarded = work.catch((error: unknown) => {
          logEvent('error', 'background_failed', { requestId, name, ...describeError(error) });
        });
        c.executionCtx.waitUntil(guarded);
      },
      bookmark: null,
    };
    c.set('ctx', ctx);
    await next();
    if (ctx.bookmark) c.res.headers.set('darkroom-bookmark', ctx.bookmark);
  });
}

/** The fingerprint is keyed: a body may hold a password, and a plain hash of it could be guessed offline. */
async function readKey(request: Request, secret: string): Promise<IdempotencyKey | null> {
  const key = request.headers.get('idempotency-key');
  if (key === null) return null;
  if (!KEY.test(key)) {
    throw invalidField('header.idempotency-key', 'must be 1 to 200 visible ASCII characters');
  }
  const body = request.body ? await request.clone().arrayBuffer() : new ArrayBuffer(0);
  const { pathname } = new URL(request.url);
  const fingerprint = createHmac('sha256', `idempotency:${secret}`)
    .update(`${request.method} ${pathname}\n`)
    .update(new Uint8Array(body))
    .digest('hex');
  return { key, fingerprint };
}
