import { desc, sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { read } from '../../db/read.ts';
import { apiKeys } from '../../db/schema/api-key.ts';
import { select } from '../../db/statement.ts';
import { type Page, toPage } from '../../lib/cursor.ts';
import { requirePerson } from '../account/require-person.ts';
import type { PageInput } from '../page.ts';
import { type ApiKey, apiKeyView } from './view.ts';

/** The caller's API keys, newest first; those that have expired for 30 days more. */
export async function listApiKeys(ctx: RequestContext, page: PageInput): Promise<Page<ApiKey>> {
  const { userId } = requirePerson(ctx);
  const rows = await read<ApiKey>(ctx, {
    from: 'replica',
    query: select
      .select({ json: apiKeyView })
      .from(apiKeys)
      .where(
        sql`${apiKeys.userId} = ${userId} and (${page.after}::text is null or ${apiKeys.id} < ${page.after})`,
      )
      .orderBy(desc(apiKeys.id))
      .limit(page.limit + 1),
  });
  return toPage(rows, page.limit, (key) => key.id);
}
