import type { Actor, RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from './require-user.ts';

/**
 * The person who is signed in, for what no API key may do in their name: whatever decides who may get at what. That is
 * passwords, sessions and keys, and of a project its members, its invitations and whether it is public. Errors:
 * `unauthenticated`; `forbidden` for an API key.
 */
export function requirePerson(ctx: RequestContext): Extract<Actor, { kind: 'user' }> {
  requireUser(ctx);
  if (ctx.actor.kind === 'user') return ctx.actor;
  throw new AppError('forbidden', 'An API key may not do this: sign in.');
}
