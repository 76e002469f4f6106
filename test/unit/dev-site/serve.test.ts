import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Collection } from '../../../dev/site/collection.ts';
import { loopbackName, serveCollection, type Site } from '../../../dev/site/serve.ts';
import { recordCollection } from './record-collection.ts';

let collection: Collection;
let site: Site;

beforeAll(async () => {
  collection = await recordCollection();
  site = await serveCollection(collection, { port: 0 });
});

afterAll(async () => await site.close());

/** `fetch` sets Host itself; this request may lie about it. */
async function getAs(host: string, url: string): Promise<string> {
  const [response] = z
    .tuple([z.custom<IncomingMessage>()])
    .parse(await once(get(url, { headers: { host } }), 'response'));
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

async function occupy(port: number): Promise<Server> {
  const occupant = createServer().listen(port, '127.0.0.1');
  await once(occupant, 'listening');
  return occupant;
}

describe('the origins', () => {
  it('are six ports of the loopback address, the main one first', () => {
    expect(site.origins).toHaveLength(6);
    expect(new Set(site.origins).size).toBe(6);
    expect(site.origins[0]).toBe(site.url);
    expect(site.url).toBe(`http://127.0.0.1:${site.port}`);
    for (const origin of site.origins) expect(new URL(origin).hostname).toBe('127.0.0.1');
  });

  it('each have a front page and a robots.txt, and the side ones lead to the main one', async () => {
    for (const origin of site.origins) {
      const page = await fetch(`${origin}/`);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      if (origin !== site.url) expect(await page.text()).toContain(`<a href="${site.url}/">`);
      expect(await (await fetch(`${origin}/robots.txt`)).text()).toMatch(/^User-agent: \*$/m);
    }
    expect(await (await fetch(`${site.url}/robots.txt`)).text()).toBe(
      `User-agent: *\nAllow: /\n\nSitemap: ${site.url}/sitemap.xml\n`,
    );
  });

  it('serve the lists on the main one only', async () => {
    for (const path of ['/manifest.json', '/urls.txt', '/sitemap.xml', '/gallery.html']) {
      const statuses = await Promise.all(
        site.origins.map(async (origin) => (await fetch(origin + path)).status),
      );
      expect(statuses, path).toEqual([200, 404, 404, 404, 404, 404]);
    }
  });

  it('follow each other from the preferred port on, past the ones that are taken', async () => {
    // Below the ports that systems give away. Another program may have one of them, which is as good.
    const preferred = 27_000;
    const first = await occupy(preferred).catch(() => undefined);
    const middle = await occupy(preferred + 3).catch(() => undefined);
    const moved = await serveCollection(collection, { port: preferred });
    const ports = moved.origins.map((origin) => Number(new URL(origin).port));
    expect(new Set(ports).size).toBe(6);
    expect(ports).not.toContain(preferred);
    expect(ports).not.toContain(preferred + 3);
    expect(ports).toEqual(ports.toSorted((a, b) => a - b));
    const manifest = await (await fetch(`${moved.url}/manifest.json`)).text();
    for (const origin of moved.origins) expect(manifest).toContain(`${origin}/photos/`);
    await moved.close();
    first?.close();
    middle?.close();
  });

  it('take any free port when there is none above', async () => {
    const last = await occupy(65_535).catch(() => undefined);
    const elsewhere = await serveCollection(collection, { port: 65_535 });
    expect(new Set(elsewhere.origins).size).toBe(6);
    for (const origin of elsewhere.origins) expect((await fetch(`${origin}/robots.txt`)).status).toBe(200);
    await elsewhere.close();
    last?.close();
  });

  it('are all closed at the end', async () => {
    const short = await serveCollection(collection, { port: 0 });
    await short.close();
    for (const origin of short.origins) await expect(fetch(origin)).rejects.toThrow('fetch failed');
  });
});

describe('every origin', () => {
  it('is named by the loopback name that the client asked for, and by no other', async () => {
    for (const origin of site.origins) {
      const { port } = new URL(origin);
      const robots = `${site.url}/manifest.json`;
      expect(await getAs('localhost:1', robots)).toContain(`http://localhost:${port}/photos/`);
      expect(await getAs('evil.example', robots)).toContain(`http://127.0.0.1:${port}/photos/`);
    }
    expect(await getAs('evil.example', `${site.url}/manifest.json`)).not.toContain('evil');
    for (const host of [
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      'localhost:999999',
      '10.0.0.1',
      '',
      undefined,
    ]) {
      expect(loopbackName(host), host).toBeUndefined();
    }
    expect(loopbackName('[::1]:80')).toBe('[::1]');
  });

  it('refuses other methods, unknown paths and paths that climb', async () => {
    for (const origin of site.origins) {
      const post = await fetch(`${origin}/`, { method: 'POST', body: 'x' });
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect((await fetch(`${origin}/photos/none.jpg`)).status).toBe(404);
      expect((await fetch(`${origin}/photos/..%2f..%2findex.json`)).status).toBe(404);
    }
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    for (const url of [
      ...site.origins.map((origin) => `${origin}/`),
      `${site.url}/manifest.json`,
      `${site.url}/none.jpg`,
    ]) {
      const head = await fetch(url, { method: 'HEAD' });
      const whole = await (await fetch(url)).arrayBuffer();
      expect(head.headers.get('content-length'), url).toBe(String(whole.byteLength));
      expect(await head.text()).toBe('');
    }
  });
});

describe('the front page', () => {
  it('shows the photographs of all origins and the licence, and lets the browser load them', async () => {
    const response = await fetch(site.url);
    const page = await response.text();
    expect(page.match(/<img /g)?.length).toBeGreaterThan(200);
    for (const origin of site.origins) {
      expect(page).toContain(`<img src="${origin}/photos/`);
      expect(response.headers.get('content-security-policy')).toContain(origin);
    }
    expect(page).toContain('CC0 1.0 Universal');
  });
});
