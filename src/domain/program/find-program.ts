import { eq, sql } from 'drizzle-orm';
import type { Actor, RequestContext } from '../../context.ts';
import { runBatch, values } from '../../db/batch.ts';
import { sessions } from '../../db/schema/account.ts';
import { enter, select } from '../../db/statement.ts';

type UserActor = Extract<Actor, { kind: 'user' }>;

/**
 * Whom an access token speaks for, or null. The signature is checked without any round trip; that the session has not
 * been ended meanwhile costs one Redis command, or, while Redis does not answer, one look-up in the database.
 */
export async function findProgram(ctx: RequestContext, token: string): Promise<UserActor | null> {
  const subject = await ctx.services.accessTokens.verify(token);
  if (!subject) return null;
  const isRevoked = await ctx.services.sessions.isRevoked(subject.sessionId);
  if (isRevoked ?? !(await isOpen(ctx, subject))) return null;
  return { kind: 'user', ...subject };
}

async function isOpen(
  ctx: RequestContext,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<boolean> {
  const results = await runBatch(
    ctx.services.db.primary,
    [
      enter(userId, ctx.requestId),
      select
        .select({ json: sql`to_jsonb(true)` })
        .from(sessions)
        .where(eq(sessions.id, sessionId)),
    ],
    { deadline: 'read', readOnly: true },
  );
  return values<boolean>(results[1])[0] ?? false;
}
