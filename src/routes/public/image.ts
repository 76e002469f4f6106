import { findPublicImage } from '../../domain/image/find-public.ts';
import { serveMedia } from '../../media/serve.ts';
import { thumbnailsOnDemand } from '../../media/thumbnails-on-demand.ts';
import type { App } from '../app.ts';

/** Images of public projects, for anybody and from any site. */
export function publicImageRoute(app: App): void {
  app.get('/p/:projectId/:imageId', async (c) => {
    const ctx = c.get('ctx');
    const { projectId, imageId } = c.req.param();
    const sha256 = await findPublicImage(ctx, projectId, imageId);
    const media = thumbnailsOnDemand(ctx.services.media, async () => undefined);
    return await serveMedia(media, {
      sha256,
      variant: c.req.query('variant') === 'thumbnail' ? 'thumbnail' : 'original',
      request: c.req.raw,
      headers: {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      },
    });
  });
}
