import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { READ_DEADLINE_MS, runBatch, values } from '../../db/batch.ts';
import { write } from '../../db/write.ts';
import { AppError } from '../../errors/app-error.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { verifyPassword } from './password.ts';
import type { User } from './view.ts';

interface SignInInput {
  email: string;
  password: string;
  userAgent: string | null;
}

export interface SignedIn {
  user: User;
  session: OpenedSession;
}

/** Errors: `invalid_credentials`, with the same words and after the same work for an unknown e-mail. */
export async function signIn(ctx: RequestContext, input: SignInInput): Promise<SignedIn> {
  const results = await runBatch(
    ctx.services.db.primary,
    [
      sql`select jsonb_build_object('user', jsonb_build_object('id', user_id, 'email', email, 'name', name,
            'createdAt', app.rfc3339(created_at)), 'hash', password_hash)
          from app.find_credentials(${input.email})`,
    ],
    { deadlineMs: READ_DEADLINE_MS, readOnly: true },
  );
  const [found] = values<{ user: User; hash: string }>(results[0]);
  const right = await verifyPassword(input.password, found?.hash ?? null);
  if (!found || !right) throw new AppError('invalid_credentials', 'The e-mail or the password is wrong.');

  const { user } = found;
  const session = await openSession(ctx, user.id, input.userAgent);
  await write(ctx, {
    actorId: user.id,
    // The hash was read before the slow check; a password changed since then must not open a session.
    effects: [sql`select app.confirm_password(${found.hash})`, session.statement],
    activity: { action: 'session.opened', subjectId: user.id },
    status: 204,
    ignoreKey: true,
  });
  return { user, session };
}
