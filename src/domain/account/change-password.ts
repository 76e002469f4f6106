import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { profiles } from '../../db/schema/account.ts';
import { findOwnReply, type Written, write } from '../../db/write.ts';
import { AppError } from '../../errors/app-error.ts';
import { countGuess } from './count-guess.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { requirePerson } from './require-person.ts';
import { REVOCATION_MS, revocation } from './revoke-sessions.ts';

interface Passwords {
  currentPassword: string;
  newPassword: string;
}

/**
 * Changes the caller's password and ends their other sessions. Wrong passwords count as failed sign-ins do: a session is
 * no better place to guess from. Errors: `invalid_credentials`, `rate_limited`, `conflict`.
 */
export async function changePassword(ctx: RequestContext, input: Passwords): Promise<Written<null>> {
  const user = requirePerson(ctx);
  // The password that counts is the one that stands now.
  const [own] = await read<{ email: string; hash: string }>(ctx, {
    from: 'primary',
    query: sql`select jsonb_build_object('email', ${profiles.email}, 'hash', app.own_password_hash())
      from ${profiles} where ${profiles.id} = ${user.userId}`,
  });
  if (!own) throw new AppError('unauthenticated', 'This account no longer exists.');
  return await countGuess(ctx, own.email, async () => await changeFrom(ctx, user, own.hash, input));
}

async function changeFrom(
  ctx: RequestContext,
  user: { userId: string; sessionId: string },
  current: string,
  input: Passwords,
): Promise<Written<null>> {
  if (!(await verifyPassword(input.currentPassword, current))) {
    const earlier = await findOwnReply<null>(ctx);
    if (earlier) return earlier;
    throw new AppError('invalid_credentials', 'The current password is wrong.', {
      errors: [{ path: 'body.currentPassword', message: 'is wrong' }],
    });
  }
  const { effect, outbox } = revocation(sql`id <> ${user.sessionId}`);
  return await write<null>(ctx, {
    effects: [sql`select app.change_password(${current}, ${await hashPassword(input.newPassword)})`, effect],
    outbox: [outbox],
    activity: { action: 'password.changed', subjectId: user.userId },
    status: 204,
    settleOutboxMs: REVOCATION_MS,
  });
}
