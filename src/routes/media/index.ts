import { AppError } from '../../errors/app-error.ts';
import { serveMedia } from '../../media/serve.ts';
import type { App } from '../app.ts';

/** A year: the bytes of a hash never change. The signature bounds how long the address works. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable';

/** Bytes by their hash, for whoever holds a signed address. No session, no database. */
export function mediaRoutes(app: App): void {
  app.get('/media/:sha256', async (c) => {
    const { services } = c.get('ctx');
    const claim = services.signer.verify(new URL(c.req.url), services.clock.now());
    if (!claim) throw new AppError('invalid_signature', 'Read the image again for a new address.');
    return await serveMedia(services.media, {
      sha256: claim.sha256,
      variant: claim.variant,
      request: c.req.raw,
      cacheControl: CACHE_CONTROL,
    });
  });
}
