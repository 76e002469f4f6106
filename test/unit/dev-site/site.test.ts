import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { loopbackOrigin, startSite, type Site } from '../../../dev/site/index.ts';

const GENERATION_LIMIT_MS = 60_000;

vi.setConfig({ testTimeout: GENERATION_LIMIT_MS });
const manifestSchema = z.object({
  version: z.literal(1),
  name: z.string().min(1),
  license: z.string().includes('CC0'),
  urls: z.array(
    z.strictObject({
      url: z.url(),
      expected: z.enum(['stored', 'duplicate_exact', 'rejected', 'failed']),
      reason: z.string().optional(),
      sha256: z.string().length(64).optional(),
      group: z.string().optional(),
    }),
  ),
});

let cacheDir: string;
let site: Site;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'sample-site-'));
  site = await startSite({ port: 0, cacheDir });
}, GENERATION_LIMIT_MS);

afterAll(async () => {
  await site.close();
  await rm(cacheDir, { recursive: true, force: true });
});

async function readManifest(): Promise<z.infer<typeof manifestSchema>> {
  return manifestSchema.parse(await (await fetch(`${site.url}/manifest.json`)).json());
}

/** `fetch` sets Host itself; this request may lie about it. */
async function getAs(host: string, path: string): Promise<string> {
  const [response] = z
    .tuple([z.custom<IncomingMessage>()])
    .parse(await once(get(site.url + path, { headers: { host } }), 'response'));
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

describe('the manifest', () => {
  it('expects 216 stored, two copies, and each kind of fault once or more', async () => {
    const { urls } = await readManifest();
    const counts: Record<string, number> = {};
    for (const { expected, reason } of urls) {
      const key = reason ? `${expected} ${reason}` : expected;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(counts).toEqual({
      stored: 216,
      duplicate_exact: 2,
      'failed http_4xx': 2,
      'failed http_5xx': 1,
      'failed redirects': 1,
      'failed reset': 1,
      'rejected corrupt': 2,
      'rejected not_image': 1,
      'rejected format': 1,
      'rejected too_large': 1,
    });
    expect(new Set(urls.map(({ url }) => url)).size).toBe(urls.length);
  });

  it('groups exactly the URLs that share their bytes', async () => {
    const { urls } = await readManifest();
    const byDigest = Map.groupBy(
      urls.filter(({ sha256 }) => sha256 !== undefined),
      ({ sha256 }) => sha256,
    );
    for (const same of byDigest.values()) {
      const isShared = same.length > 1;
      expect(same.every(({ group }) => (group !== undefined) === isShared)).toBe(true);
      expect(new Set(same.map(({ group }) => group)).size).toBe(1);
    }
    expect([...byDigest.values()].filter((same) => same.length === 2)).toHaveLength(2);
  });

  it('tells the truth about every stored and duplicate URL, redirects included', async () => {
    const { urls } = await readManifest();
    for (const { url, sha256 } of urls.filter((entry) => entry.sha256)) {
      const response = await fetch(url);
      const body = Buffer.from(await response.arrayBuffer());
      expect(response.status, url).toBe(200);
      expect(createHash('sha256').update(body).digest('hex'), url).toBe(sha256);
      const png = body.subarray(1, 4).toString('latin1') === 'PNG';
      expect(response.headers.get('content-type')).toBe(png ? 'image/png' : 'image/jpeg');
      expect(response.headers.get('content-length')).toBe(String(body.length));
    }
    expect(
      (await fetch(urls.find(({ url }) => url.includes('/moved/'))?.url ?? '', { redirect: 'manual' }))
        .status,
    ).toBe(302);
  });

  it('names the loopback host that the client asked for, and no other host', async () => {
    expect(await getAs(`localhost:${site.port}`, '/urls.txt')).toContain(
      `http://localhost:${site.port}/photos/`,
    );
    const foreign = await getAs('evil.example', '/urls.txt');
    expect(foreign).not.toContain('evil');
    expect(foreign).toContain(`${site.url}/photos/`);
    for (const host of [
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      'localhost:99999',
      '10.0.0.1',
      '',
    ]) {
      expect(loopbackOrigin(host), host).toBeUndefined();
    }
    expect(loopbackOrigin('[::1]:80')).toBe('http://[::1]');
  });

  it('may be read by any web page, like the list of URLs, which has the same entries', async () => {
    const list = await fetch(`${site.url}/urls.txt`);
    expect(list.headers.get('access-control-allow-origin')).toBe('*');
    expect((await fetch(`${site.url}/manifest.json`)).headers.get('access-control-allow-origin')).toBe('*');
    const { urls } = await readManifest();
    expect((await list.text()).trimEnd().split('\n')).toEqual(urls.map(({ url }) => url));
  });
});

describe('the broken URLs', () => {
  it.each([
    ['missing.jpg', 404],
    ['gone.jpg', 410],
    ['error.jpg', 500],
  ])('%s answers %i', async (file, status) => {
    expect((await fetch(`${site.url}/broken/${file}`)).status).toBe(status);
  });

  it('redirect in a circle', async () => {
    await expect(fetch(`${site.url}/broken/loop.jpg`)).rejects.toMatchObject({
      cause: { message: 'redirect count exceeded' },
    });
  });

  it('reset the connection after a part of the body', async () => {
    const response = await fetch(`${site.url}/broken/reset.jpg`);
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
    const response = await fetch(`${site.url}/broken/oversized.jpg`);
    expect(response.headers.get('content-length')).toBe(String(11 * 1024 * 1024));
    expect((await response.arrayBuffer()).byteLength).toBe(11 * 1024 * 1024);
  });

  it('serve a page under the name of a photograph', async () => {
    const response = await fetch(`${site.url}/broken/page.jpg`);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<!doctype html>');
  });
});

describe('the server', () => {
  it('answers 304 to a client that has the current copy, by tag or by date', async () => {
    const url = `${site.url}/photos/acanthus-01.jpg`;
    const { headers } = await fetch(url, { method: 'HEAD' });
    const etag = headers.get('etag') ?? '';
    const modified = headers.get('last-modified') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { headers: { 'if-modified-since': modified } })).status).toBe(304);
    expect(
      (await fetch(url, { headers: { 'if-none-match': '"other"', 'if-modified-since': modified } })).status,
    ).toBe(200);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    for (const path of [
      '/',
      '/manifest.json',
      '/photos/acanthus-01.jpg',
      '/broken/missing.jpg',
      '/broken/reset.jpg',
    ]) {
      const head = await fetch(site.url + path, { method: 'HEAD' });
      expect(Number(head.headers.get('content-length')), path).toBeGreaterThan(0);
      expect(await head.text()).toBe('');
    }
  });

  it('refuses other methods, unknown paths and paths that climb', async () => {
    const post = await fetch(`${site.url}/`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${site.url}/photos/none.jpg`)).status).toBe(404);
    expect((await fetch(`${site.url}/photos/..%2f..%2findex.json`)).status).toBe(404);
  });

  it('shows every photograph, the licence and an open robots.txt', async () => {
    const page = await (await fetch(site.url)).text();
    expect(page.match(/<img /g)).toHaveLength(216);
    expect(page).toContain('CC0 1.0 Universal');
    expect(await (await fetch(`${site.url}/robots.txt`)).text()).toBe('User-agent: *\nAllow: /\n');
  });

  it('moves past a port that is taken', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const address = occupant.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    const moved = await startSite({ port: taken, cacheDir });
    expect(moved.port).toBeGreaterThan(taken);
    expect((await fetch(`${moved.url}/robots.txt`)).status).toBe(200);
    await moved.close();
    occupant.close();
  });
});

describe('the child process', () => {
  const entry = fileURLToPath(new URL('../../../dev/site/site-process.ts', import.meta.url));

  async function startChild(): Promise<{ child: ChildProcess; url: string }> {
    const env = { ...process.env, SITE_PORT: '0', SITE_CACHE_DIR: cacheDir };
    const child = fork(entry, { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [message] = await once(child, 'message');
    return { child, url: z.object({ ready: z.literal(true), url: z.url() }).parse(message).url };
  }

  it('says when it is ready and where, and ends on SIGTERM', async () => {
    const { child, url } = await startChild();
    expect((await fetch(`${url}/robots.txt`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends when its parent goes away', async () => {
    const { child } = await startChild();
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
