import { eq, sql } from 'drizzle-orm';
import type { Actor, Allowance, ApiKeyScope, RequestContext } from '../../context.ts';
import { READ_DEADLINE_MS, runBatch, values, WRITE_DEADLINE_MS } from '../../db/batch.ts';
import { apiKeys } from '../../db/schema/api-key.ts';
import { enter } from '../../db/statement.ts';
import type { Plan } from '../../rate-limit/plans.ts';
import { hashToken } from '../account/session-token.ts';

/** Use is noted at most this often, so that reading costs no write. */
const TOUCH_MS = 10 * 60 * 1000;

interface Found {
  id: string;
  userId: string;
  scopes: ApiKeyScope[];
  requestsPerMinute: number | null;
  lastUsedAt: string | null;
  plan: Plan;
}

export interface FoundApiKey {
  actor: Extract<Actor, { kind: 'apiKey' }>;
  allowance: Allowance;
}

/** Whom an API key speaks for, or null for one that is unknown, was revoked or has expired. One database look-up. */
export async function findApiKey(ctx: RequestContext, token: string): Promise<FoundApiKey | null> {
  const tokenHash = await hashToken(token);
  const results = await runBatch(
    ctx.services.db.primary,
    [
      sql`select jsonb_build_object('id', id, 'userId', user_id, 'scopes', scopes, 'requestsPerMinute', rate_limit,
            'lastUsedAt', app.rfc3339(last_used_at), 'plan', plan)
          from app.find_api_key(decode(${tokenHash}, 'hex'))`,
    ],
    { deadlineMs: READ_DEADLINE_MS, readOnly: true },
  );
  const [found] = values<Found>(results[0]);
  if (!found) return null;
  const { id, userId, scopes, plan, requestsPerMinute, lastUsedAt } = found;
  if (lastUsedAt === null || ctx.services.clock.now() - Date.parse(lastUsedAt) >= TOUCH_MS)
    ctx.waitUntil('api-key-touch', touch(ctx, found));
  return {
    actor: { kind: 'apiKey', userId, keyId: id, scopes },
    allowance: { plan, ownLimit: requestsPerMinute },
  };
}

async function touch(ctx: RequestContext, { id, userId }: Found): Promise<void> {
  const used = sql`update ${apiKeys} set last_used_at = now() where ${eq(apiKeys.id, id)}`;
  await runBatch(ctx.services.db.primary, [enter(userId, ctx.requestId), used], {
    deadlineMs: WRITE_DEADLINE_MS,
  });
}
