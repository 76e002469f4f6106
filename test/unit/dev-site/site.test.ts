import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSite } from '../../../dev/site/index.ts';
import type { Site } from '../../../dev/site/serve.ts';
import { placePhotographs } from '../../helpers/sample-photographs.ts';
import { findUrl, follow, readManifest, type Entry } from './read-manifest.ts';

const MAX_REDIRECTS = 4;
const OVERSIZED_BYTES = 11 * 1024 * 1024;

let cacheDir: string;
let site: Site;
let urls: Entry[];

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'sample-site-'));
  await placePhotographs(cacheDir);
  site = await startSite({ port: 0, cacheDir });
  ({ urls } = await readManifest(site));
});

afterAll(async () => {
  await site.close();
  await rm(cacheDir, { recursive: true, force: true });
});

const find = (end: string): string => findUrl(urls, end);

/** The type that the first bytes tell. */
function typeOf(bytes: Buffer): string {
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('GIF89a')) return 'image/gif';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  return head.slice(4) === 'ftypavif' ? 'image/avif' : 'unknown';
}

describe('the manifest', () => {
  it('expects over 200 stored and each kind of refusal once or more', () => {
    const counts: Record<string, number> = {};
    for (const { expected, reason } of urls) {
      const key = reason ? `${expected} ${reason}` : expected;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(counts).toEqual({
      stored: 226,
      duplicate_exact: 6,
      'blocked robots': 3,
      'blocked noai': 4,
      'blocked private_address': 1,
      'failed http_4xx': 2,
      'failed http_5xx': 1,
      'failed redirects': 2,
      'failed reset': 2,
      'rejected corrupt': 3,
      'rejected not_image': 2,
      'rejected format': 1,
      'rejected too_large': 1,
    });
    expect(new Set(urls.map(({ url }) => url)).size).toBe(urls.length);
  });

  it('spreads the URLs over all origins, so that none needs more than 60', () => {
    const byOrigin = Map.groupBy(urls, ({ url }) => new URL(url).origin);
    expect([...byOrigin.keys()].toSorted()).toEqual(site.origins.toSorted());
    for (const own of byOrigin.values()) {
      expect(own.length).toBeGreaterThan(30);
      expect(own.length).toBeLessThanOrEqual(60);
    }
  });

  it('groups exactly the URLs that share their bytes, of which one is stored', () => {
    const byDigest = Map.groupBy(
      urls.filter(({ sha256 }) => sha256 !== undefined),
      ({ sha256 }) => sha256,
    );
    for (const same of byDigest.values()) {
      expect(same.every(({ group }) => (group !== undefined) === same.length > 1)).toBe(true);
      expect(new Set(same.map(({ group }) => group)).size).toBe(1);
      expect(same.filter(({ expected }) => expected === 'stored')).toHaveLength(1);
    }
    const shared = [...byDigest.values()].filter((same) => same.length > 1);
    expect(shared.map((same) => same.length).toSorted()).toEqual([2, 2, 2, 2, 3]);
    expect(shared.some((same) => new Set(same.map(({ url }) => new URL(url).origin)).size > 1)).toBe(true);
  });

  it('tells the truth about every stored and duplicate URL, redirects and a busy server included', async () => {
    for (const { url, sha256 } of urls.filter((entry) => entry.sha256)) {
      let { response, hops } = await follow(url, site);
      if (response.status === 503) ({ response, hops } = await follow(url, site));
      const body = Buffer.from(await response.arrayBuffer());
      expect([response.status, createHash('sha256').update(body).digest('hex')], url).toEqual([200, sha256]);
      expect(response.headers.get('content-length')).toBe(String(body.length));
      expect(hops, url).toBeLessThanOrEqual(MAX_REDIRECTS);
      if (url === find('/spoilt/jpeg-inside.png')) {
        expect([response.headers.get('content-type'), typeOf(body)]).toEqual(['image/png', 'image/jpeg']);
      } else expect(response.headers.get('content-type'), url).toBe(typeOf(body));
    }
  });

  it('may be read by any web page, like the list of URLs, which has the same entries', async () => {
    const list = await fetch(`${site.url}/urls.txt`);
    expect(list.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(`${site.url}/manifest.json`)).headers.get('access-control-allow-origin')).toBe('*');
    expect((await list.text()).trimEnd().split('\n')).toEqual(urls.map(({ url }) => url));
  });

  it('keeps what is blocked unlike all else, so that taking it would show', async () => {
    const kept = new Set(urls.map(({ sha256 }) => sha256));
    const blocked = urls.filter(({ reason }) => reason === 'robots' || reason === 'noai');
    expect(blocked.length).toBeGreaterThan(0);
    for (const { url } of blocked) {
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect(typeOf(bytes)).toBe('image/jpeg');
      expect(kept.has(createHash('sha256').update(bytes).digest('hex')), url).toBe(false);
    }
  });
});

describe('the broken URLs', () => {
  it.each([
    ['missing.jpg', 404],
    ['gone.jpg', 410],
    ['error.jpg', 500],
  ])('%s answers %i each time', async (file, status) => {
    const url = find(`/broken/${file}`);
    expect([(await fetch(url)).status, (await fetch(url)).status]).toEqual([status, status]);
  });

  it('are answered late by the slow one, after a request that came later', async () => {
    const order: string[] = [];
    const ask = async (file: string): Promise<void> => {
      await fetch(find(`/broken/${file}`));
      order.push(file);
    };
    await Promise.all([ask('slow.jpg'), ask('missing.jpg')]);
    expect(order).toEqual(['missing.jpg', 'slow.jpg']);
  });

  it('are busy at the first request of every import, and say when to come back', async () => {
    const url = find('/broken/busy.jpg');
    for (let imports = 0; imports < 2; imports += 1) {
      const refusal = await fetch(url);
      expect([refusal.status, refusal.headers.get('retry-after')]).toEqual([503, '1']);
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
      expect((await fetch(url)).status).toBe(200);
    }
  });

  it.each(['reset.jpg', 'short.jpg'])('end the connection before the body is whole: %s', async (file) => {
    const response = await fetch(find(`/broken/${file}`));
    expect(response.status).toBe(200);
    let received = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) received += chunk.length;
    };
    await expect(read()).rejects.toThrow('terminated');
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(Number(response.headers.get('content-length')));
  });

  it('declare and deliver 11 MiB, to be refused by the length alone', async () => {
    const response = await fetch(find('/broken/oversized.jpg'));
    expect(response.headers.get('content-length')).toBe(String(OVERSIZED_BYTES));
    expect((await response.arrayBuffer()).byteLength).toBe(OVERSIZED_BYTES);
  });

  it('serve a page under the name of a photograph, once under its type too', async () => {
    for (const [file, type] of [
      ['page.jpg', 'text/html; charset=utf-8'],
      ['page-in-disguise.jpg', 'image/jpeg'],
    ]) {
      const response = await fetch(find(`/spoilt/${file}`));
      expect(response.headers.get('content-type')).toBe(type);
      expect(await response.text()).toContain('<!doctype html>');
    }
  });

  it('serve damaged files and one of a format that is not taken', async () => {
    const types = await Promise.all(
      ['truncated.jpg', 'truncated.webp', 'bad-checksum.png'].map(async (file) => {
        const response = await fetch(find(`/spoilt/${file}`));
        return typeOf(Buffer.from(await response.arrayBuffer()));
      }),
    );
    expect(types).toEqual(['image/jpeg', 'image/webp', 'image/png']);
    const scan = Buffer.from(await (await fetch(find('/spoilt/scan.tif'))).arrayBuffer());
    expect(scan.toString('latin1', 0, 4)).toBe('II*\0');
  });
});

describe('the photographs', () => {
  it('are answered with 304 to a client that has the current copy, by tag or by date', async () => {
    const url = find('/photos/acanthus-01.jpg');
    const { headers } = await fetch(url, { method: 'HEAD' });
    const etag = headers.get('etag') ?? '';
    const modified = headers.get('last-modified') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { headers: { 'if-modified-since': modified } })).status).toBe(304);
    expect(
      (await fetch(url, { headers: { 'if-none-match': '"other"', 'if-modified-since': modified } })).status,
    ).toBe(200);
  });

  it('are answered to HEAD with their length and no body, even where GET breaks off', async () => {
    for (const url of [find('/photos/acanthus-01.jpg'), find('/broken/reset.jpg')]) {
      const head = await fetch(url, { method: 'HEAD' });
      expect(Number(head.headers.get('content-length')), url).toBeGreaterThan(10_000);
      expect(await head.text()).toBe('');
    }
  });
});

describe('the child process', () => {
  const entry = fileURLToPath(new URL('../../../dev/site/site-process.ts', import.meta.url));
  const messageSchema = z.object({ ready: z.literal(true), url: z.url(), origins: z.array(z.url()) });

  async function startChild(): Promise<{ child: ChildProcess; url: string; origins: string[] }> {
    const env = { ...process.env, SITE_PORT: '0', SITE_CACHE_DIR: cacheDir };
    const child = fork(entry, { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [message] = await once(child, 'message');
    return { child, ...messageSchema.parse(message) };
  }

  it('says when it is ready and where, and ends on SIGTERM', async () => {
    const { child, url, origins } = await startChild();
    expect(origins).toHaveLength(6);
    expect(origins[0]).toBe(url);
    for (const origin of origins) expect((await fetch(`${origin}/robots.txt`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends when its parent goes away', async () => {
    const { child } = await startChild();
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
