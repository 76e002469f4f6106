import type { RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';

/** Admits the operator. Errors: `unauthenticated`; `forbidden` for everybody else who is signed in. */
export function requireAdmin(ctx: RequestContext): void {
  if (ctx.actor.kind === 'service') return;
  if (ctx.actor.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in as a platform admin.');
  throw new AppError('forbidden', 'This is for platform admins.');
}
