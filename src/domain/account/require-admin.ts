import type { Actor, RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';

/**
 * Whoever operates the installation. The first line of every verb that is for them. Errors: `unauthenticated`;
 * `forbidden` for everybody else.
 */
export async function requireAdmin(ctx: RequestContext): Promise<Extract<Actor, { kind: 'service' }>> {
  if (ctx.actor.kind === 'service') return ctx.actor;
  if (ctx.actor.kind === 'anonymous')
    throw new AppError('unauthenticated', 'The session is missing or has ended.');
  throw new AppError('forbidden', 'This is for the administrators of the installation.');
}
