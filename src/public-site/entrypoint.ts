import { WorkerEntrypoint } from 'cloudflare:workers';
import { once } from '../lib/once.ts';
import { buildPublicApp } from '../public-app.ts';
import type { EdgeAnswer, EdgePurge, PublicSite as Site } from './public-site.ts';

// Isolate lifetime: routes are made once and hold nothing of a request.
const app = once(buildPublicApp);

/** The entry point behind the platform's copies; wrangler.toml turns them on for it alone. */
export class PublicSite extends WorkerEntrypoint<object> implements Site {
  override async fetch(request: Request): Promise<Response> {
    return await app().fetch(request, this.env, this.ctx);
  }

  async purge(options: EdgePurge): Promise<EdgeAnswer> {
    const { cache } = this.ctx;
    return cache === undefined ? null : await cache.purge(options);
  }
}
