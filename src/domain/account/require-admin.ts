import { sql } from 'drizzle-orm';
import type { Actor, RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { profiles } from '../../db/schema/account.ts';
import { AppError } from '../../errors/app-error.ts';

/**
 * The operator, or a person whose e-mail is in ADMIN_EMAILS. The first line of every verb that is for them. Errors:
 * `unauthenticated`; `forbidden` for everybody else.
 */
export async function requireAdmin(
  ctx: RequestContext,
): Promise<Extract<Actor, { kind: 'user' | 'service' }>> {
  const { actor, services } = ctx;
  if (actor.kind === 'service') return actor;
  if (actor.kind !== 'user') throw new AppError('unauthenticated', 'The session is missing or has ended.');
  const admins = services.config.ADMIN_EMAILS;
  const query = sql`select to_jsonb(lower(email)) from ${profiles} where id = ${actor.userId}`;
  const [email] = admins.length > 0 ? await read<string>(ctx, { query }) : [];
  if (email === undefined || !admins.includes(email))
    throw new AppError('forbidden', 'This is for the administrators of the installation.');
  return actor;
}
