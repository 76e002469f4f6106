import type { Counts } from '../../cache/counters.ts';
import type { RequestContext } from '../../context.ts';
import { describeInstance, type InstanceFigures } from '../../observability/instance.ts';
import { requireAdmin } from '../account/require-admin.ts';

export interface CacheFigures {
  instance: InstanceFigures;
  namespaces: Record<string, Counts>;
}

/** How the cache has served in the isolate that answers. For administrators. */
export async function getCacheFigures(ctx: RequestContext): Promise<CacheFigures> {
  await requireAdmin(ctx);
  const { cache, clock } = ctx.services;
  return { instance: describeInstance(clock), namespaces: cache.figures() };
}
