import { eq, sql } from 'drizzle-orm';
import type { ApiKeyScope, RequestContext } from '../../context.ts';
import { apiKeys } from '../../db/schema/api-key.ts';
import { select, textArray } from '../../db/statement.ts';
import { write } from '../../db/write.ts';
import { newId } from '../../lib/id.ts';
import { requirePerson } from '../account/require-person.ts';
import { hashToken } from '../account/session-token.ts';
import { newApiKey } from './token.ts';
import { type ApiKey, apiKeyView } from './view.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_KEYS = 50;

interface CreateInput {
  name: string;
  scopes: ApiKeyScope[];
  /** null for never. */
  expiresInDays: number | null;
  /** null for what the plan allows. */
  requestsPerMinute: number | null;
}

/**
 * Makes an API key of the caller, whose token is in this reply alone: a repeated request makes another key, for nothing
 * is kept that could answer it again. Errors: `illegal_state` when the caller has MAX_KEYS.
 */
export async function createApiKey(
  ctx: RequestContext,
  input: CreateInput,
): Promise<ApiKey & { token: string }> {
  const { userId } = requirePerson(ctx);
  const { token, displayPrefix } = newApiKey();
  const id = newId('key');
  const expiresAt =
    input.expiresInDays === null
      ? null
      : new Date(ctx.services.clock.now() + input.expiresInDays * DAY_MS).toISOString();
  const { body } = await write<ApiKey>(ctx, {
    effects: [
      sql`insert into ${apiKeys} (id, user_id, name, token_hash, display_prefix, scopes, rate_limit, expires_at)
        values (${id}, ${userId}, ${input.name}, decode(${await hashToken(token)}, 'hex'), ${displayPrefix},
          ${textArray(input.scopes)}::text[], ${input.requestsPerMinute}::integer, ${expiresAt}::timestamptz)`,
      sql`select app.check_api_key_count(${MAX_KEYS}::integer)`,
    ],
    activity: { action: 'api_key.created', subjectId: id, data: { scopes: input.scopes, expiresAt } },
    status: 201,
    reply: select.select({ json: apiKeyView }).from(apiKeys).where(eq(apiKeys.id, id)),
    ignoreKey: true,
  });
  return { ...body, token };
}
