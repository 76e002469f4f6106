import { desc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { sessions } from '../../db/schema/account.ts';
import { select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import type { PageInput } from '../page.ts';
import { requirePerson } from './require-person.ts';
import { type Session, sessionView } from './view.ts';

/** The caller's open sessions, newest first. */
export async function listSessions(ctx: RequestContext, page: PageInput): Promise<Page<Session>> {
  const user = requirePerson(ctx);
  const rows = await read<Session>(ctx, {
    // Who looks here wants to know who is signed in now, wherever they did so.
    from: 'primary',
    query: select
      .select({ json: sessionView(user.sessionId) })
      .from(sessions)
      .where(
        sql`${sessions.userId} = ${user.userId} and ${sessions.expiresAt} > now()
          and (${page.after}::text is null or ${sessions.id} < ${page.after})`,
      )
      .orderBy(desc(sessions.id))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (session) => session.id);
}
