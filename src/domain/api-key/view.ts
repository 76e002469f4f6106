import { type SQL, sql } from 'drizzle-orm';
import type { ApiKeyScope } from '../../context.ts';
import { apiKeys } from '../../db/schema/api-key.ts';
import { rfc3339 } from '../../db/statement.ts';

export interface ApiKey {
  id: string;
  name: string;
  /** The first characters of the key. */
  prefix: string;
  scopes: ApiKeyScope[];
  /** Requests a minute; null for what the plan allows. */
  requestsPerMinute: number | null;
  createdAt: string;
  /** null for never. */
  expiresAt: string | null;
  /** Noted every few minutes; null for never. */
  lastUsedAt: string | null;
}

export const apiKeyView: SQL<ApiKey> = sql`jsonb_build_object(
  'id', ${apiKeys.id}, 'name', ${apiKeys.name}, 'prefix', ${apiKeys.displayPrefix}, 'scopes', ${apiKeys.scopes},
  'requestsPerMinute', ${apiKeys.rateLimit}, 'createdAt', ${rfc3339(apiKeys.createdAt)},
  'expiresAt', ${rfc3339(apiKeys.expiresAt)}, 'lastUsedAt', ${rfc3339(apiKeys.lastUsedAt)})`;
