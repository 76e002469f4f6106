import type { Actor, RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';

/** The signed-in person, or `unauthenticated`. The first line of every verb that needs one. */
export function requireUser(ctx: RequestContext): Extract<Actor, { kind: 'user' }> {
  if (ctx.actor.kind !== 'user')
    throw new AppError('unauthenticated', 'The session is missing or has ended.');
  return ctx.actor;
}
