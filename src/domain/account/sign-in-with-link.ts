import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { runBatch, values } from '../../db/batch.ts';
import { enter } from '../../db/statement.ts';
import { AppError } from '../../errors/app-error.ts';
import { openSession } from './open-session.ts';
import { hashToken } from './session-token.ts';
import type { SignedIn } from './sign-in.ts';
import type { User } from './view.ts';

/**
 * Signs in with a one-time link, as a local installation prints it. The link is spent and the session opened
 * in one transaction. Errors: `invalid_credentials` for a link that is unknown, used or expired.
 */
export async function signInWithLink(
  ctx: RequestContext,
  input: { token: string; userAgent: string | null },
): Promise<SignedIn> {
  const session = await openSession(ctx, sql`app.actor()`, input.userAgent);
  const results = await runBatch(
    ctx.services.db.primary,
    [
      enter(null, ctx.requestId),
      sql`with person as (select * from app.redeem_sign_in_link(decode(${await hashToken(input.token)}, 'hex'))),
            acting as (select set_config('app.actor', user_id, true) from person)
          select jsonb_build_object('id', user_id, 'email', email, 'name', name,
            'createdAt', app.rfc3339(created_at)) from person, acting`,
      sql`select app.must(case when app.actor() is null then 0 else 1 end, 'invalid_credentials')`,
      session.statement,
    ],
    { deadline: 'write' },
  );
  const [user] = values<User>(results[1]);
  if (!user) throw new AppError('invalid_credentials', 'This link was used already or has expired.');
  return { user, session };
}
