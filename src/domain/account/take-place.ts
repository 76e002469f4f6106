import type { RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Place, WorkKind } from '../../rate-limit/concurrency.ts';
import { PLAN_FIGURES } from '../../rate-limit/plans.ts';
import { requireUser } from './require-user.ts';

/**
 * When to try again: an upload takes seconds, and nobody knows of an export. Whoever obeys must stay within the limit of
 * requests of that kind, which counts refused ones, too.
 */
const RETRY_SECONDS: Record<WorkKind, number> = { export: 10, upload: 5 };

/**
 * A place for work of which the caller's account may have only so much at once, by its plan. One Redis round trip.
 * Errors: `too_many_at_once`.
 */
export async function takePlace(ctx: RequestContext, kind: WorkKind): Promise<Place> {
  const { userId } = requireUser(ctx);
  const { exportsAtOnce, uploadsAtOnce } = PLAN_FIGURES[ctx.principal?.plan ?? 'free'];
  const figure = kind === 'export' ? exportsAtOnce : uploadsAtOnce;
  const most = Math.max(1, Math.round(figure * ctx.services.config.LIMITER_SCALE));
  const place = await ctx.services.concurrency.take(kind, userId, most);
  if (place) return place;
  throw new AppError(
    'too_many_at_once',
    `Your account has ${most} ${kind}s under way: wait for one to end.`,
    {
      retryAfter: RETRY_SECONDS[kind],
    },
  );
}
