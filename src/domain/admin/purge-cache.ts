import { EVERYTHING, isTag, type Tag, TAG_FORMS } from '../../cache/tags.ts';
import type { RequestContext } from '../../context.ts';
import { write } from '../../db/write.ts';
import { invalidField } from '../../errors/app-error.ts';
import {
  purgeEverywhere,
  PurgeError,
  type PurgedPlace,
  type Purger,
  type PurgeScope,
} from '../../purge/purger.ts';
import { requireAdmin } from '../account/require-admin.ts';

export type PurgeInput = { tags: string[] } | { urls: string[] } | { everything: true };

/**
 * Makes every place forget copies by tag, address or all of them; addresses are of this installation, whole or from the
 * first `/` on. For administrators. What was asked is written down before. Errors: `invalid_request` for an address of
 * somebody else and a tag of no known form; `unavailable` where copies may be left.
 */
export async function purgeCache(ctx: RequestContext, input: PurgeInput): Promise<PurgedPlace[]> {
  const { kind } = await requireAdmin(ctx);
  const scope = toScope(ctx, input);
  await record(ctx, kind, scope);
  return await purgeEverywhere({ purgers: [ourTiers(ctx), ...ctx.services.purgers] }, scope);
}

/** Copies of replies bear no tag of everything. */
function toScope(ctx: RequestContext, input: PurgeInput): PurgeScope {
  if ('urls' in input) return { paths: input.urls.map((url, at) => toPath(ctx, url, at)) };
  if ('everything' in input) return input;
  for (const [at, tag] of input.tags.entries())
    if (!isTag(tag)) throw invalidField(`body.tags.${at}`, `is none of ${TAG_FORMS}`);
  return input.tags.includes(EVERYTHING) ? { everything: true } : input;
}

/** Isolate memory and Redis: what was read up to the moment at which the purge was written down counts no more. */
function ourTiers(ctx: RequestContext): Purger {
  return {
    name: 'tiers',
    async purge(scope) {
      const tags = tagsOf(scope);
      if (!ctx.bookmark) throw new PurgeError('does not know as of when');
      if (tags.length > 0) await ctx.services.cache.bump(tags, ctx.bookmark);
      return true;
    },
  };
}

function tagsOf(scope: PurgeScope): Tag[] {
  if ('everything' in scope) return [EVERYTHING];
  if ('tags' in scope) return scope.tags.filter(isTag);
  const projects = scope.paths.map((path) => /^\/(?:v1\/projects|p)\/([^/?]+)/.exec(path)?.[1]);
  return projects.map((id) => `project:${id}`).filter(isTag);
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
