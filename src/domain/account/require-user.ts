import type { Actor, RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';

/**
 * The account on whose behalf the request is made, by its person or by an API key, or `unauthenticated`. The first line
 * of every verb that needs one.
 */
export function requireUser(ctx: RequestContext): Extract<Actor, { kind: 'user' | 'apiKey' }> {
  if (ctx.actor.kind === 'user' || ctx.actor.kind === 'apiKey') return ctx.actor;
  throw unauthenticated();
}

/** For a request without credentials, or with the cookie of a session that has ended. */
export function unauthenticated(): AppError {
  const detail =
    'The session is missing or has ended. Programs send `Authorization: Bearer` with an access token or an API key.';
  // RFC 6750, 3: without credentials no error is named.
  return new AppError('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer' } });
}
