import type { RequestContext } from '../../context.ts';
import { confirmImage } from '../../domain/image/confirm.ts';
import { AppError } from '../../errors/app-error.ts';
import { serveMedia } from '../../media/serve.ts';
import type { MediaClaim } from '../../media/signed-url.ts';
import { thumbnailsOnDemand } from '../../media/thumbnails-on-demand.ts';
import type { LogFields } from '../../observability/logger.ts';
import type { App } from '../app.ts';

/** Bytes by their hash, for whoever holds a signed address, while their image is there. No session. */
export function mediaRoutes(app: App): void {
  app.get('/media/:sha256', async (c) => {
    const ctx = c.get('ctx');
    const claim = ctx.services.signer.verify(new URL(c.req.url), ctx.services.clock.now());
    if (!claim) throw new AppError('invalid_signature', 'Read the image again for a new address.');
    return await serveWhileThere(ctx, claim, c.req.raw, c.get('log'));
  });
}

/**
 * Asks database and R2 at once: nearly every image is still there. While the database does not answer, the signature
 * alone counts, which ends within two hours: a gallery stays to be seen.
 */
async function serveWhileThere(
  ctx: RequestContext,
  claim: MediaClaim,
  request: Request,
  log: LogFields,
): Promise<Response> {
  const { sha256, variant } = claim;
  const confirming = confirmImage(ctx, claim);
  const media = thumbnailsOnDemand(ctx.services.media, async () => await confirming);
  const [confirmed, served] = await Promise.allSettled([
    confirming,
    serveMedia(media, { sha256, variant, request }),
  ]);
  if (confirmed.status === 'rejected') {
    const isUnknown = confirmed.reason instanceof AppError && confirmed.reason.code === 'unavailable';
    if (!isUnknown) {
      if (served.status === 'fulfilled') await served.value.body?.cancel();
      throw confirmed.reason;
    }
    log['unconfirmed'] = true;
  }
  if (served.status === 'rejected') throw served.reason;
  return served.value;
}
