import type { Actor, RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';

/**
 * The account on whose behalf the request is made, by its person or by an API key, or `unauthenticated`. The first line
 * of every verb that needs one.
 */
export function requireUser(ctx: RequestContext): Extract<Actor, { kind: 'user' | 'apiKey' }> {
  if (ctx.actor.kind === 'user' || ctx.actor.kind === 'apiKey') return ctx.actor;
  throw new AppError('unauthenticated', 'The session is missing or has ended.');
}
