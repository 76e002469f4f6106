import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { runBatch, values } from '../../db/batch.ts';
import { AppError } from '../../errors/app-error.ts';
import { verifyPassword } from './password.ts';
import type { User } from './view.ts';

/**
 * Whose e-mail and password these are, with the hash that was checked: a write must confirm it, for the check is
 * slow. Errors: `invalid_credentials`, with the same words and after the same work for an unknown e-mail.
 */
export async function checkPassword(
  ctx: RequestContext,
  input: { email: string; password: string },
): Promise<{ user: User; hash: string }> {
  const results = await runBatch(
    ctx.services.db.primary,
    [
      sql`select jsonb_build_object('user', jsonb_build_object('id', user_id, 'email', email, 'name', name,
            'createdAt', app.rfc3339(created_at)), 'hash', password_hash)
          from app.find_credentials(${input.email})`,
    ],
    { deadline: 'read', readOnly: true },
  );
  const [found] = values<{ user: User; hash: string }>(results[0]);
  const right = await verifyPassword(input.password, found?.hash ?? null);
  if (!found || !right) throw new AppError('invalid_credentials', 'The e-mail or the password is wrong.');
  return found;
}
