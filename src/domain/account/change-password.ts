import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { findOwnReply, write } from '../../db/write.ts';
import { AppError } from '../../errors/app-error.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { requirePerson } from './require-person.ts';
import { REVOCATION_MS, revocation } from './revoke-sessions.ts';

/** Changes the caller's password and ends their other sessions. Errors: `invalid_credentials`, `conflict`. */
export async function changePassword(
  ctx: RequestContext,
  input: { currentPassword: string; newPassword: string },
) {
  const user = requirePerson(ctx);
  // The password that counts is the one that stands now.
  const [current] = await read<string>(ctx, {
    from: 'primary',
    query: sql`select to_jsonb(app.own_password_hash())`,
  });
  if (!(await verifyPassword(input.currentPassword, current ?? null))) {
    const earlier = await findOwnReply<null>(ctx);
    if (earlier) return earlier;
    throw new AppError('invalid_credentials', 'The current password is wrong.', {
      errors: [{ path: 'body.currentPassword', message: 'is wrong' }],
    });
  }
  const { effect, outbox } = revocation(sql`id <> ${user.sessionId}`);
  return await write(ctx, {
    effects: [
      sql`select app.change_password(${current ?? ''}, ${await hashPassword(input.newPassword)})`,
      effect,
    ],
    outbox: [outbox],
    activity: { action: 'password.changed', subjectId: user.userId },
    status: 204,
    settleOutboxMs: REVOCATION_MS,
  });
}
