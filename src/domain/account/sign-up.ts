import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { profiles } from '../../db/schema/account.ts';
import { select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { sha256, toHex } from '../../lib/bytes.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { hashPassword } from './password.ts';
import { signIn } from './sign-in.ts';
import { type User, userView } from './view.ts';

interface SignUpInput {
  email: string;
  password: string;
  name: string;
  userAgent: string | null;
}

/**
 * Makes an account and signs it in. Errors: `email_taken`. A repeated key answers with the same account and
 * a new session, for the first reply, and with it the first cookie, may never have arrived; then also
 * `invalid_credentials`.
 */
export async function signUp(
  ctx: RequestContext,
  input: SignUpInput,
): Promise<{ written: Written<{ user: User }>; session: OpenedSession }> {
  const id = newId('usr');
  const passwordHash = await hashPassword(input.password);
  const session = await openSession(ctx, id, input.userAgent);
  const written = await write<{ user: User }>(ctx, {
    actorId: id,
    anonymousScope: `sign-up:${toHex(await sha256(input.email.toLowerCase()))}`,
    effects: [
      sql`select app.sign_up(${id}, ${input.email}, ${input.name}, ${passwordHash})`,
      session.statement,
    ],
    activity: { action: 'account.created', subjectId: id },
    status: 201,
    reply: select
      .select({ json: sql`jsonb_build_object('user', ${userView})` })
      .from(profiles)
      .where(sql`${profiles.id} = ${id}`),
  });
  if (!written.replayed) return { written, session };
  // As any sign-in: the password may have been changed since.
  const again = await signIn(ctx, input);
  return { written, session: again.session };
}
