import { sql } from 'drizzle-orm';
import type { Actor, RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { profiles } from '../../db/schema/account.ts';
import { AppError } from '../../errors/app-error.ts';
import { unauthenticated } from './require-user.ts';

/**
 * The operator, or a person whose e-mail is in ADMIN_EMAILS. The first line of every verb that is for them. Errors:
 * `unauthenticated`; `forbidden` for everybody else, also for an API key of such a person.
 */
export async function requireAdmin(
  ctx: RequestContext,
): Promise<Extract<Actor, { kind: 'user' | 'service' }>> {
  const { actor, services } = ctx;
  if (actor.kind === 'service') return actor;
  if (actor.kind === 'anonymous') throw unauthenticated();
  const admins = services.config.ADMIN_EMAILS;
  if (actor.kind === 'user' && admins.length > 0) {
    const query = sql`select to_jsonb(lower(email)) from ${profiles} where id = ${actor.userId}`;
    // Rare enough to ask for what is true now.
    const [email] = await read<string>(ctx, { from: 'primary', query });
    if (email !== undefined && admins.includes(email)) return actor;
  }
  throw new AppError('forbidden', 'This is for the administrators of the installation.');
}
