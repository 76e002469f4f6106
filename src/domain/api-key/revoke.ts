import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { apiKeys } from '../../db/schema/api-key.ts';
import { write } from '../../db/write.ts';
import { requirePerson } from '../account/require-person.ts';
import { REVOCATION_MS } from '../account/revoke-sessions.ts';

/**
 * Ends one API key of the caller at once: the caches forget it and rooms close its sockets, as for a session. Errors:
 * `not_found`.
 */
export async function revokeApiKey(ctx: RequestContext, keyId: string) {
  const { userId } = requirePerson(ctx);
  return await write(ctx, {
    effects: [
      sql`select app.must((select count(*) from ${apiKeys} where id = ${keyId} and user_id = ${userId}), 'not_found')`,
      sql`with gone as (delete from ${apiKeys} where id = ${keyId} and user_id = ${userId} returning token_hash)
        select set_config('app.revoked', coalesce(jsonb_agg(encode(token_hash, 'hex')), '[]')::text, true) from gone`,
    ],
    outbox: [
      {
        topic: 'sessions.revoked',
        payload: sql`select jsonb_build_object('tokenHashes', current_setting('app.revoked')::jsonb,
          'userId', app.actor(), 'sessionIds', jsonb_build_array(${keyId}::text))`,
        onlyIf: sql`current_setting('app.revoked') <> '[]'`,
      },
    ],
    activity: { action: 'api_key.revoked', subjectId: keyId },
    status: 204,
    settleOutboxMs: REVOCATION_MS,
  });
}
