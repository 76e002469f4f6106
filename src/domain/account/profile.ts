import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { profiles } from '../../db/schema/account.ts';
import { must, select } from '../../db/statement.ts';
import { type Written, write } from '../../db/write.ts';
import { AppError } from '../../errors/app-error.ts';
import { requireUser } from './require-user.ts';
import { type User, userView } from './view.ts';

function ownProfile(userId: string) {
  return select
    .select({ json: userView })
    .from(profiles)
    .where(sql`${profiles.id} = ${userId}`);
}

export async function getProfile(ctx: RequestContext): Promise<User> {
  const { userId } = requireUser(ctx);
  const [user] = await read<User>(ctx, {
    from: 'replica',
    query: ownProfile(userId),
    confirmNone: true,
  });
  if (!user) throw new AppError('unauthenticated', 'This account no longer exists.');
  return user;
}

export async function changeProfile(ctx: RequestContext, input: { name: string }): Promise<Written<User>> {
  const { userId } = requireUser(ctx);
  return await write<User>(ctx, {
    effects: [
      must(
        sql`update ${profiles} set name = ${input.name}, updated_at = now() where id = ${userId} returning id`,
        'not_found',
      ),
    ],
    activity: { action: 'profile.changed', subjectId: userId },
    status: 200,
    reply: ownProfile(userId),
  });
}
