import type { Actor, RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';

/**
 * The operator, or a person whose e-mail is in ADMIN_EMAILS. The first line of every verb that is for them. Errors:
 * `unauthenticated`; `forbidden` for everybody else, also for an API key of such a person.
 */
export function requireAdmin(ctx: RequestContext): Extract<Actor, { kind: 'user' | 'service' }> {
  const { actor, principal } = ctx;
  if (actor.kind === 'service') return actor;
  if (actor.kind === 'anonymous')
    throw new AppError('unauthenticated', 'The session is missing or has ended.');
  if (actor.kind !== 'user' || !principal?.isAdmin)
    throw new AppError('forbidden', 'This is for the administrators of the installation.');
  return actor;
}
