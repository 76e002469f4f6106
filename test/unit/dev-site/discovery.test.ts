import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCollection, type Site } from '../../../dev/site/serve.ts';
import { readManifest, type Manifest, type PageImage } from './read-manifest.ts';
import { recordCollection } from './record-collection.ts';

let site: Site;
let manifest: Manifest;

beforeAll(async () => {
  site = await serveCollection(await recordCollection(), { port: 0 });
  manifest = await readManifest(site);
});

afterAll(async () => await site.close());

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
}

/** The address of the largest candidate of a srcset: by width, else by density. */
function largest(srcset: string): string | undefined {
  const candidates = srcset.split(',').map((candidate) => {
    const [url, size = '1x'] = candidate.trim().split(/\s+/);
    return { url, size: Number.parseFloat(size) };
  });
  return candidates.toSorted((a, b) => b.size - a.size)[0]?.url;
}

/** A simple reader of pages, written against the HTML standard and not against the writer of this page. */
function readPage(html: string, address: string): PageImage[] {
  const page = html.replaceAll(/<!--.*?-->/gs, '');
  const base = new URL(attribute(/<base\s[^>]*>/.exec(page)?.[0] ?? '', 'href') ?? '', address);
  const pageLicense = attribute(/<link rel="license"[^>]*>/.exec(page)?.[0] ?? '', 'href') ?? null;
  const images = new Map<string, PageImage>();
  const add = (address: string | undefined, told: Partial<PageImage>): void => {
    if (!address || address.startsWith('data:')) return;
    const url = new URL(address, base);
    url.hash = '';
    if (images.has(url.href)) return;
    images.set(url.href, { url: url.href, alt: null, caption: null, licenseUrl: pageLicense, ...told });
  };
  for (const [part] of page.matchAll(
    /<meta[^>]*>|<picture>.*?<\/picture>|<figure>.*?<\/figure>|<img[^>]*>/gs,
  )) {
    if (part.startsWith('<meta')) {
      if (attribute(part, 'property') === 'og:image') add(attribute(part, 'content'), {});
      continue;
    }
    const image = /<img[^>]*>/.exec(part)?.[0] ?? '';
    const source = /<source[^>]*>/.exec(part)?.[0] ?? '';
    const srcset =
      attribute(source, 'srcset') ?? attribute(image, 'srcset') ?? attribute(image, 'data-srcset');
    const caption = /<figcaption>(.*?)<\/figcaption>/s.exec(part)?.[1];
    const license = /href="(https:\/\/creativecommons\.org[^"]*)"/.exec(caption ?? '')?.[1];
    add((srcset && largest(srcset)) ?? attribute(image, 'data-src') ?? attribute(image, 'src'), {
      alt: attribute(image, 'alt') ?? null,
      ...(caption === undefined ? {} : { caption: foldText(caption) }),
      ...(license ? { licenseUrl: license } : {}),
    });
  }
  return [...images.values()];
}

function foldText(html: string): string {
  const text = html.replaceAll(/<[^>]*>/g, '');
  return unescape(text).trim().replaceAll(/\s+/g, ' ');
}

describe('the gallery', () => {
  it('yields exactly the images that the manifest says, with alt, caption and licence', async () => {
    const html = await (await fetch(manifest.page.url)).text();
    expect(readPage(html, manifest.page.url)).toEqual(manifest.page.images);
  });

  it('has every usual way to show an image', async () => {
    const html = await (await fetch(manifest.page.url)).text();
    for (const way of [
      '<base href=',
      '<picture>',
      '<figcaption>',
      'property="og:image"',
      'rel="license"',
      ' srcset="',
      ' 2x"',
      ' data-src="',
      ' data-srcset="',
      '="//',
      '&amp;v=2',
    ]) {
      expect(html, way).toContain(way);
    }
  });

  it('shows images of several origins, each of which the manifest expects to be stored by itself', () => {
    const { images } = manifest.page;
    expect(images.length).toBeGreaterThan(8);
    expect(new Set(images.map(({ url }) => new URL(url).origin)).size).toBeGreaterThan(2);
    expect(new Set(images.map(({ licenseUrl }) => licenseUrl)).size).toBe(2);
    for (const { url } of images) {
      const entry = manifest.urls.find((candidate) => candidate.url === url);
      expect([entry?.expected, entry?.group], url).toEqual(['stored', undefined]);
    }
  });

  it('offers smaller sizes that are there too', async () => {
    const html = await (await fetch(manifest.page.url)).text();
    const small = [...new Set(html.match(/[a-z]+-01-320\.jpg/g))];
    expect(small).toHaveLength(3);
    for (const file of small) {
      expect((await fetch(`${site.url}/photos/${file}`, { method: 'HEAD' })).status).toBe(200);
    }
  });
});

describe('the closed page', () => {
  it('asks by its meta element not to be used, and has an image that would be found', async () => {
    const html = await (await fetch(manifest.closedPage.url)).text();
    expect(html).toContain('<meta name="robots" content="noai">');
    const [image] = readPage(html, manifest.closedPage.url);
    expect(manifest.urls.map(({ url }) => url)).toContain(image?.url);
  });
});

describe('the sitemaps', () => {
  interface Reading {
    urls: string[];
    types: Map<string, string | null>;
    asked: string[];
  }

  /** Follows every sitemap once. */
  async function readSitemaps(start: string): Promise<Reading> {
    const reading: Reading = { urls: [], types: new Map(), asked: [] };
    const queue = [start];
    for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
      reading.asked.push(address);
      if (reading.types.has(address)) continue;
      const response = await fetch(address);
      expect(response.status, address).toBe(200);
      const type = response.headers.get('content-type');
      reading.types.set(address, type);
      const bytes = Buffer.from(await response.arrayBuffer());
      const text = (type === 'application/gzip' ? gunzipSync(bytes) : bytes).toString();
      if (type?.startsWith('text/plain')) {
        reading.urls.push(...text.trimEnd().split('\n'));
        continue;
      }
      const found = [...text.matchAll(/<((?:image:)?loc)>([^<]*)<\/\1>/g)].map(([, , url = '']) =>
        unescape(url),
      );
      if (text.includes('<sitemapindex')) queue.push(...found);
      else reading.urls.push(...new Set(found));
    }
    return reading;
  }

  it('lead to every URL of the manifest, to no other, and to each by one sitemap only', async () => {
    const { urls } = await readSitemaps(`${site.url}/sitemap.xml`);
    expect(urls.toSorted()).toEqual(manifest.urls.map(({ url }) => url).toSorted());
  });

  it('are an index, six with the image extension, a compressed one, a text and a way back', async () => {
    const { types, asked } = await readSitemaps(`${site.url}/sitemap.xml`);
    const counts = Map.groupBy(types.values(), (type) => type);
    expect(Object.fromEntries([...counts].map(([type, all]) => [type, all.length]))).toEqual({
      'application/xml; charset=utf-8': 8,
      'application/gzip': 1,
      'text/plain; charset=utf-8': 1,
    });
    expect(asked.filter((address) => address === `${site.url}/sitemap.xml`)).toHaveLength(2);
    for (const origin of site.origins) {
      const text = await (await fetch(`${origin}/sitemap-photos.xml`)).text();
      expect(text).toContain('<image:image>');
      const hosts = [...text.matchAll(/loc>(http:\/\/[^/]+)\//g)].map(([, host]) => host);
      expect(new Set(hosts)).toEqual(new Set([origin]));
    }
  });
});
