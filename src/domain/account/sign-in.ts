import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { write } from '../../db/write.ts';
import { checkPassword } from './check-password.ts';
import { type OpenedSession, openSession } from './open-session.ts';
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
  const { user, hash } = await checkPassword(ctx, input);
  const session = await openSession(ctx, user.id, input.userAgent);
  await write(ctx, {
    actorId: user.id,
    // The hash was read before the slow check; a password changed since then must not open a session.
    effects: [sql`select app.confirm_password(${hash})`, session.statement],
    activity: { action: 'session.opened', subjectId: user.id },
    status: 204,
    ignoreKey: true,
  });
  return { user, session };
}
