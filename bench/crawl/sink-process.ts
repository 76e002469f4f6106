/**
 * The store of all contenders: a Worker over a simulated R2 on disk. `PUT /<sha256>` stores the body
 * unless it is there, as `putOriginal` of src/media/store.ts does; `GET /` lists what is there. `SINK_DIR` is its
 * folder. Says `{ready: true, url}` over IPC.
 */
import { serveMiniflare } from '../lib/miniflare-server.ts';

const SCRIPT = `
export default {
  async fetch(request, { MEDIA }) {
    if (request.method !== 'PUT') {
      const keys = [];
      for (let cursor; ;) {
        const page = await MEDIA.list({ prefix: 'original/', ...(cursor && { cursor }) });
        keys.push(...page.objects.map(({ key }) => key.slice('original/'.length)));
        if (!page.truncated) return Response.json(keys);
        cursor = page.cursor;
      }
    }
    const sha256 = new URL(request.url).pathname.slice(1);
    await MEDIA.put('original/' + sha256, await request.arrayBuffer(), {
      sha256,
      onlyIf: { etagDoesNotMatch: '*' },
      httpMetadata: { contentType: request.headers.get('content-type') },
    });
    return new Response(null, { status: 204 });
  },
};
`;

const folder = process.env['SINK_DIR'];
if (!folder) throw new Error('SINK_DIR must name a folder');
const url = await serveMiniflare({
  host: '127.0.0.1',
  port: 0,
  cf: false,
  resourcePersistencePath: folder,
  workers: [
    {
      config: {
        name: 'sink',
        compatibilityDate: '2026-10-20',
        manifest: { mainModule: 'sink.mjs', modules: { 'sink.mjs': { type: 'esm', contents: SCRIPT } } },
        env: { MEDIA: { type: 'r2', name: 'media' } },
      },
    },
  ],
});
process.send?.({ ready: true, url: url.href });
