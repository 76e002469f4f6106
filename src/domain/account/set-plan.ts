import { sql } from 'drizzle-orm';
import { tagList } from '../../cache/tag-sql.ts';
import type { RequestContext } from '../../context.ts';
import { write } from '../../db/write.ts';
import type { Plan } from '../../rate-limit/plans.ts';
import { requireAdmin } from './require-admin.ts';

/** Gives an account another plan. For platform admins. Errors: `not_found`. */
export async function setPlan(ctx: RequestContext, userId: string, plan: Plan) {
  await requireAdmin(ctx);
  return await write<{ userId: string; plan: Plan }>(ctx, {
    effects: [sql`select app.set_plan(${userId}, ${plan})`],
    tags: tagList(`user:${userId}`),
    activity: { action: 'plan.changed', subjectId: userId, data: { plan } },
    status: 200,
    reply: sql`select jsonb_build_object('userId', ${userId}::text, 'plan', ${plan}::text)`,
    anonymousScope: 'operator',
  });
}
