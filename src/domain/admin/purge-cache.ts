import type { RequestContext } from '../../context.ts';
import { write } from '../../db/write.ts';
import { invalidField } from '../../errors/app-error.ts';
import { purgeEverywhere, type PurgedPlace, type PurgeScope } from '../../purge/purger.ts';
import { requireAdmin } from '../account/require-admin.ts';

export type PurgeInput = { tags: string[] } | { urls: string[] } | { everything: true };

/**
 * Makes every place forget copies by tag, address or all of them; addresses are of this installation, whole or from the
 * first `/` on. For administrators. What was asked is written down before. Errors: `invalid_request` for an address of
 * somebody else; `unavailable` where copies may be left.
 */
export async function purgeCache(ctx: RequestContext, input: PurgeInput): Promise<PurgedPlace[]> {
  const { kind } = await requireAdmin(ctx);
  const scope = 'urls' in input ? { paths: input.urls.map((url, at) => toPath(ctx, url, at)) } : input;
  await record(ctx, kind, scope);
  return await purgeEverywhere(ctx.services, scope, ctx.requestId);
}

async function record(ctx: RequestContext, by: string, scope: PurgeScope): Promise<void> {
  await write(ctx, {
    effects: [],
    activity: { action: 'cache.purged', subjectId: 'cache', data: { by, ...scope } },
    status: 204,
    ignoreKey: true,
  });
}

/** Path and query as the address is asked for. */
function toPath(ctx: RequestContext, url: string, at: number): string {
  const { origin } = new URL(ctx.services.config.PUBLIC_URL);
  const parsed = URL.canParse(url, origin) ? new URL(url, origin) : null;
  if (parsed?.origin !== origin) throw invalidField(`body.urls.${at}`, `is not an address of ${origin}`);
  return parsed.pathname + parsed.search;
}
