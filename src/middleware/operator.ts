import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { isSameSecret } from '../lib/same-secret.ts';
import { readBearer } from './authenticate.ts';

/** Knows the operator by `Authorization: Bearer` with OPERATOR_TOKEN. Another token is judged as that of a program. */
export function operator() {
  return createMiddleware<AppEnv>(async function operatorMiddleware(c, next) {
    const ctx = c.get('ctx');
    const expected = ctx.services.config.OPERATOR_TOKEN;
    const given = readBearer(c);
    if (expected !== undefined && given !== null && isSameSecret(given, expected)) {
      ctx.actor = { kind: 'service' };
      c.get('log')['actor'] = 'operator';
    }
    await next();
  });
}
