import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { GET_ROUTES } from '../../src/routes/cache-policy.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PUBLIC = path.join(ROOT, 'console', 'public');
/** Stands for Darkroom: all that counts is who answers. */
const SCRIPT = `export default { fetch: () => new Response('', { status: 404, headers: { 'by': 'worker' } }) }`;

/** The files beside /assets, as the build puts them there. */
const FILES = ['index.html', ...readdirSync(PUBLIC).filter((name) => !name.startsWith('_'))];

describe.each([undefined, 'staging'])('with the routing of wrangler.toml, environment %s', (env) => {
  let folder: string;
  let miniflare: Miniflare;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'darkroom-assets-'));
    cpSync(PUBLIC, folder, { recursive: true });
    mkdirSync(path.join(folder, 'assets'));
    writeFileSync(path.join(folder, 'index.html'), '<p>page</p>');
    writeFileSync(path.join(folder, 'assets', 'app-1a.js'), 'run()');
    const config = unstable_readConfig({ config: path.join(ROOT, 'wrangler.toml'), ...(env && { env }) });
    const { assets } = unstable_getMiniflareWorkerOptions(config).workerOptions;
    if (!assets) throw new Error('wrangler.toml has assets');
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        name: 'darkroom',
        modules: true,
        script: SCRIPT,
        compatibilityDate: '2026-10-20',
        assets: { ...assets, directory: folder },
      }),
    );
    await miniflare.ready;
  });
  afterAll(async () => {
    await miniflare?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(address: string, init: { method?: string; headers?: Record<string, string> } = {}) {
    const { status, headers } = await miniflare.dispatchFetch(`http://darkroom.test${address}`, {
      redirect: 'manual',
      ...init,
    });
    return { status, headers, isByWorker: headers.get('by') === 'worker' };
  }

  it('a hashed file is answered without the Worker', async () => {
    const { status, headers, isByWorker } = await ask('/assets/app-1a.js');
    expect([status, isByWorker]).toEqual([200, false]);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const again = { headers: { 'if-none-match': headers.get('etag') ?? '' } };
    expect(await ask('/assets/app-1a.js', again)).toMatchObject({ status: 304, isByWorker: false });
  });

  it.each(['/assets/app-2b.js', '/assets/', '/assets', '/assets/%61%2f..', '/assets/a/b.css'])(
    'what is missing at %s is for the Worker to answer',
    async (address) => {
      for (const method of ['GET', 'HEAD', 'POST'])
        expect(await ask(address, { method })).toMatchObject({ isByWorker: true });
      const headers = { 'sec-fetch-mode': 'navigate', accept: 'text/html' };
      expect(await ask(address, { headers })).toMatchObject({ isByWorker: true });
    },
  );

  it.each(FILES)('the file %s goes through the Worker, which adds the security headers', async (file) => {
    expect(await ask(`/${file}`)).toMatchObject({ isByWorker: true });
    const [first = ''] = file;
    const encoded = `/%${first.charCodeAt(0).toString(16)}${file.slice(1)}`;
    // Written otherwise it is no way around: the platform leads to the address above.
    const { status, headers, isByWorker } = await ask(encoded);
    if (!isByWorker) expect([status, headers.get('location')]).toEqual([307, `/${file}`]);
  });

  it.each(['/', '/sign-in', '/projects/prj_1/images', '/nowhere', ...Object.keys(GET_ROUTES)])(
    '%s is for the Worker',
    async (address) => {
      expect(await ask(address.replace(/:/g, ''))).toMatchObject({ isByWorker: true });
    },
  );
});
