import { describe, expect, it } from 'vitest';
import {
  readSitemap,
  type SitemapOptions,
  type SitemapSummary,
} from '../../src/crawl/discover/read-sitemap.ts';
import type { SitemapEntry } from '../../src/crawl/discover/sitemap-entry.ts';
import { utf8 } from '../../src/lib/bytes.ts';
import { bodyFrom, bodyOf, type TestBody } from '../unit/crawl/discover/body.ts';

const SITEMAP = 'https://site.example/maps/sitemap.xml';
const MIB = 1024 * 1024;

interface Read {
  entries: SitemapEntry[];
  summary: SitemapSummary;
  largestSlice: number;
}

async function read(content: string | Uint8Array | TestBody, options?: SitemapOptions): Promise<Read> {
  const body = typeof content === 'string' || content instanceof Uint8Array ? bodyOf(content) : content;
  const slices = readSitemap(body.stream, SITEMAP, options);
  const entries: SitemapEntry[] = [];
  let largestSlice = 0;
  for (;;) {
    const { done, value } = await slices.next();
    if (done) return { entries, summary: value, largestSlice };
    largestSlice = Math.max(largestSlice, value.length);
    for (const entry of value) entries.push(entry);
  }
}

/** Each entry as its kind and address. */
async function list(content: string | Uint8Array | TestBody, options?: SitemapOptions): Promise<string[]> {
  return (await read(content, options)).entries.map((entry) =>
    entry.kind === 'image' ? `image ${entry.candidate.url}` : `${entry.kind} ${entry.url}`,
  );
}

const urlset = (content: string) => `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">${content}</urlset>`;
const pages = (count: number) =>
  Array.from({ length: count }, (_, n) => `<url><loc>https://site.example/${n}</loc></url>`).join('');

async function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = bodyOf(bytes, [65_536]).stream.pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

describe('a sitemap', () => {
  it('lists pages, and images by their names', async () => {
    expect(
      await read(
        urlset(`
  <url>
    <loc>https://site.example/a?x=1&amp;y=2</loc><lastmod>2026-01-01</lastmod>
  </url>
  <url><loc> https://CDN.example/b.jpg
  </loc></url>
  <url><loc>https://site.example/wiki/File:B.jpg</loc></url>`),
      ),
    ).toMatchObject({
      entries: [
        { kind: 'page', url: 'https://site.example/a?x=1&y=2', images: 0 },
        {
          kind: 'image',
          candidate: {
            url: 'https://cdn.example/b.jpg',
            pageUrl: null,
            alt: null,
            caption: null,
            licenseUrl: null,
          },
        },
        { kind: 'page', url: 'https://site.example/wiki/File:B.jpg', images: 0 },
      ],
      summary: { ok: true, entries: 3, skipped: 0 },
    });
  });

  it('lists the images of a page with their words', async () => {
    const { entries } = await read(
      urlset(`<url>
  <image:image><image:loc>https://cdn.example/1</image:loc><image:title>A &lt;fat&gt; cat</image:title>
    <image:caption><![CDATA[On a <b>roof</b> & happy]]></image:caption><image:license>https://creativecommons.org/licenses/by/4.0/</image:license></image:image>
  <image:image><image:loc><![CDATA[https://cdn.example/2.jpg?a=1&b=2]]></image:loc><image:geo_location>Rome</image:geo_location></image:image>
  <loc>https://site.example/page</loc>
  <news:news xmlns:news="n"><news:title>News</news:title></news:news>
</url>`),
    );
    expect(entries).toEqual([
      {
        kind: 'image',
        candidate: {
          url: 'https://cdn.example/1',
          pageUrl: 'https://site.example/page',
          alt: 'A <fat> cat',
          caption: 'On a <b>roof</b> & happy',
          licenseUrl: 'https://creativecommons.org/licenses/by/4.0/',
        },
      },
      {
        kind: 'image',
        candidate: {
          url: 'https://cdn.example/2.jpg?a=1&b=2',
          pageUrl: 'https://site.example/page',
          alt: null,
          caption: null,
          licenseUrl: null,
        },
      },
      { kind: 'page', url: 'https://site.example/page', images: 2 },
    ]);
  });

  it('may be an index of sitemaps', async () => {
    expect(
      await list(
        '<sitemapindex><sitemap><loc>https://site.example/1.xml.gz</loc></sitemap><sitemap><loc>/2.jpg</loc></sitemap></sitemapindex>',
      ),
    ).toEqual(['sitemap https://site.example/1.xml.gz', 'sitemap https://site.example/2.jpg']);
  });

  it.each([
    [
      'another prefix',
      '<s:urlset xmlns:s="x"><s:url><s:loc>https://site.example/a</s:loc></s:url></s:urlset>',
    ],
    ['capital letters', '<URLSET><Url><Loc>https://site.example/a</Loc></Url></URLSET>'],
    [
      'no declaration, a byte order mark',
      '\ufeff<urlset><url><loc>https://site.example/a</loc></url></urlset>',
    ],
    [
      'space before the declaration',
      '\n\n <?xml version="1.0"?><urlset><url><loc>https://site.example/a</loc></url></urlset>\n',
    ],
    [
      'comments and instructions',
      '<?xml-stylesheet href="a>b"?><!-- <urlset> --><urlset><!-- <url><loc>https://no.example/</loc></url> --><url><loc>https://site<!-- - -- > -->.example/<?x <loc> ?>a</loc></url></urlset>',
    ],
    [
      'numbers for characters',
      '<urlset><url><loc>&#104;ttps://site&#x2e;example/<![CDATA[a]]></loc></url></urlset>',
    ],
    ['a url that is not closed', '<urlset><url><loc>https://site.example/a</loc></urlset>'],
    [
      'empty elements',
      '<urlset><url/><url><loc/><loc>https://site.example/a</loc><image:image/></url></urlset>',
    ],
    [
      'a second address',
      '<urlset><url><loc>https://site.example/a</loc><loc>https://site.example/b</loc></url></urlset>',
    ],
    [
      'attributes',
      '<urlset a="/" b=\'x\'><url c="/"><loc d="1" >https://site.example/a</loc ></url></urlset >',
    ],
    ['text everywhere', 'x<urlset>x<url>x<loc>https://site.example/a</loc>x</url>x</urlset>x'.slice(1)],
    ['a relative address', '<urlset><url><loc>/a</loc></url></urlset>'],
  ])('with %s is read', async (_what, xml) => {
    expect(await list(xml)).toEqual(['page https://site.example/a']);
  });

  it('that lists itself does not lead to itself', async () => {
    const index = `<sitemapindex><sitemap><loc>${SITEMAP}</loc></sitemap><sitemap><loc>HTTPS://site.example:443/maps/./sitemap.xml#x</loc></sitemap></sitemapindex>`;
    expect(await read(index)).toMatchObject({ entries: [], summary: { ok: true, entries: 0, skipped: 2 } });
  });

  it('leaves out what is no address, and counts it', async () => {
    const bad = [
      'ftp://site.example/a',
      'javascript:alert(1)',
      'https://user:secret@site.example/',
      '',
      `https://site.example/${'x'.repeat(10_000)}`,
      `https://site.example/?${'&amp;'.repeat(1_650)}`,
    ];
    const xml = urlset(bad.map((loc) => `<url><loc>${loc}</loc></url>`).join('') + pages(1));
    expect(await read(xml)).toMatchObject({ summary: { ok: true, entries: 1, skipped: bad.length } });
    const image = urlset(
      '<url><loc>https://site.example/a</loc><image:image><image:loc>data:,</image:loc></image:image></url>',
    );
    expect(await read(image)).toMatchObject({
      entries: [{ images: 0 }],
      summary: { entries: 1, skipped: 1 },
    });
  });

  it('may be a text file', async () => {
    const text =
      '\ufeffhttps://site.example/a\r\n\r\n  https://site.example/b.jpg  \nnothing\n/c\nhttps://site.example/d';
    expect(await list(text)).toEqual([
      'page https://site.example/a',
      'image https://site.example/b.jpg',
      'page https://site.example/d',
    ]);
    expect(await read(text)).toMatchObject({ summary: { ok: true, entries: 3, skipped: 2 } });
  });
});

describe('a sitemap with many entries', () => {
  it('is handed out in slices while it arrives', async () => {
    const content = utf8(urlset(pages(10_000)));
    const body = bodyOf(content, [65_536]);
    const slices = readSitemap(body.stream, SITEMAP);
    expect((await slices.next()).value).toHaveLength(500);
    expect(body.sent()).toBeLessThan(content.length / 2);
    const { entries, largestSlice } = await read(bodyOf(content, [65_536]));
    expect([entries.length, largestSlice]).toEqual([10_000, 500]);
  });

  it('is cancelled when its reader has enough', async () => {
    const body = bodyOf(urlset(pages(50_000)), [65_536]);
    for await (const slice of readSitemap(body.stream, SITEMAP)) if (slice.length > 0) break;
    expect(body.isCancelled()).toBe(true);
  });

  it('gives no more than the protocol allows', async () => {
    const body = bodyOf(urlset(pages(60_000)), [65_536]);
    const { entries, summary } = await read(body);
    expect(entries).toHaveLength(50_000);
    expect(summary).toMatchObject({
      ok: false,
      reason: 'too_large',
      detail: 'more than 50000 entries',
      entries: 50_000,
    });
    expect(body.isCancelled()).toBe(true);
    expect(await read('https://site.example/a\n'.repeat(4), { maxEntries: 3 })).toMatchObject({
      summary: { ok: false, reason: 'too_large', entries: 3 },
    });
  });

  it('gives at most 1,000 images of a page', async () => {
    const images = Array.from(
      { length: 1_200 },
      (_, n) => `<image:image><image:loc>https://cdn.example/${n}</image:loc></image:image>`,
    );
    const { summary } = await read(urlset(`<url><loc>https://site.example/a</loc>${images.join('')}</url>`));
    expect(summary).toMatchObject({ ok: true, entries: 1_001, skipped: 200 });
  });

  it('is cut at its limit of bytes', async () => {
    const { summary } = await read(urlset(pages(1_000)), { maxBytes: 10_000 });
    expect(summary).toMatchObject({ ok: false, reason: 'too_large', detail: 'more than 10000 bytes' });
    expect(summary.entries).toBeGreaterThan(100);
  });
});

describe('a compressed sitemap', () => {
  it('is told by its bytes, and may have several members', async () => {
    const xml = utf8(urlset(pages(3_000)));
    const half = xml.length >> 1;
    const members = joined(await compressed(xml.subarray(0, half)), await compressed(xml.subarray(half)));
    for (const sizes of [[1], [65_536], [3, 500]]) {
      expect(await read(bodyOf(await compressed(xml), sizes))).toMatchObject({
        summary: { ok: true, entries: 3_000 },
      });
      expect(await read(bodyOf(members, sizes))).toMatchObject({ summary: { ok: true, entries: 3_000 } });
    }
    expect(await list(await compressed(utf8('https://site.example/a')))).toEqual([
      'page https://site.example/a',
    ]);
  });

  it('that is cut or followed by something else keeps what could be read', async () => {
    const words = pages(3_000).replaceAll(/\d+/g, (n) => String((Number(n) * 2_654_435_761) % 4_294_967_296));
    const whole = await compressed(utf8(urlset(words)));
    const cut = await read(bodyOf(whole.subarray(0, whole.length >> 1)));
    expect(cut.summary).toMatchObject({ ok: false, reason: 'unreadable' });
    expect(cut.summary.entries).toBeGreaterThan(500);
    const followed = await read(bodyOf(joined(whole, utf8('and more'))));
    expect(followed.summary).toMatchObject({ ok: false, reason: 'unreadable' });
    expect(followed.summary.entries).toBeGreaterThan(2_000);
  });

  it('that is a bomb is stopped at the limit', async () => {
    const zeros = new Uint8Array(MIB);
    const bomb = bodyFrom((turn) => (turn < 1_024 ? zeros : null)).stream.pipeThrough(
      new CompressionStream('gzip'),
    );
    const bytes = new Uint8Array(await new Response(bomb).arrayBuffer());
    const body = bodyOf(bytes, [16_384]);
    expect(await read(body)).toMatchObject({
      entries: [],
      summary: { ok: false, reason: 'too_large', detail: `more than ${50 * MIB} bytes once decompressed` },
    });
    expect(body.isCancelled()).toBe(true);
    expect(body.sent()).toBeLessThan(bytes.length / 4);
  });

  it('whose header has no end is stopped at the limit too', async () => {
    const chunk = new Uint8Array(65_536).fill(0x61);
    const header = new Uint8Array([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
    const body = bodyFrom((turn) => (turn === 0 ? header : chunk));
    expect(await read(body, { maxBytes: MIB })).toMatchObject({
      summary: { ok: false, reason: 'too_large' },
    });
    expect(body.isCancelled()).toBe(true);
  });

  it('that breaks off says so', async () => {
    const whole = await compressed(utf8(urlset(pages(3_000))));
    const body = bodyFrom((turn) => {
      if (turn > 0) throw new Error('connection lost');
      return whole.subarray(0, whole.length >> 1);
    });
    expect(await read(body)).toMatchObject({ summary: { ok: false, reason: 'interrupted' } });
  });

  it('is cancelled when its reader has enough', async () => {
    const body = bodyOf(await compressed(utf8(urlset(pages(50_000)))), [16_384]);
    for await (const slice of readSitemap(body.stream, SITEMAP)) if (slice.length > 0) break;
    expect(body.isCancelled()).toBe(true);
  });

  it('is cancelled also while the other side is silent', async () => {
    const whole = await compressed(utf8(urlset(pages(50_000))));
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(whole.subarray(0, whole.length >> 1)),
      cancel() {
        isCancelled = true;
      },
    });
    for await (const slice of readSitemap(stream, SITEMAP)) if (slice.length > 0) break;
    expect(isCancelled).toBe(true);
  });
});

describe('a file that is no sitemap', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n\n '],
    ['HTML', '<!DOCTYPE html><html><body>Not found</body></html>'],
    ['HTML without a type', '<html><body>Not found</body></html>'],
    ['RSS', '<?xml version="1.0"?><rss><channel></channel></rss>'],
    ['words', 'Not found'],
    ['zeros', new Uint8Array(100_000)],
    ['broken gzip', new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])],
    ['only a comment', '<!-- <urlset></urlset> -->'],
    ['an unfinished comment', '<urlset><!-- </urlset>'],
    ['a sitemap without end', `<urlset>${pages(1)}`],
    ['a tag without end', `<urlset><url ${'x'.repeat(70_000)}`],
    ['a type after the root', '<urlset><!ENTITY a "b"></urlset>'],
    ['an attribute list', '<![INCLUDE[<urlset></urlset>]]>'],
  ])('is refused: %s', async (_what, content) => {
    expect(await read(content)).toMatchObject({ summary: { ok: false, reason: 'unreadable' } });
  });

  it('but an entity bomb is refused before it is lit', async () => {
    const entities = Array.from(
      { length: 9 },
      (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
    ).join('');
    const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">${entities}]><urlset><url><loc>&l9;</loc></url></urlset>`;
    expect(await read(bomb)).toEqual({
      entries: [],
      largestSlice: 0,
      summary: {
        ok: false,
        reason: 'unreadable',
        detail: 'a document type is not accepted',
        entries: 0,
        skipped: 0,
      },
    });
    const outside = '<!DOCTYPE urlset SYSTEM "file:///etc/passwd"><urlset></urlset>';
    expect(await read(outside)).toMatchObject({ summary: { ok: false, reason: 'unreadable' } });
  });

  it('but text without end is read past, and none of it is kept', async () => {
    const chunk = utf8('x'.repeat(65_536));
    for (const start of ['<urlset><url><loc>', '<urlset><!--', '<urlset><url><loc><![CDATA[', 'x']) {
      const body = bodyFrom((turn) => (turn === 0 ? utf8(start) : chunk));
      expect(await read(body)).toMatchObject({ entries: [], summary: { ok: false, reason: 'too_large' } });
      expect(body.isCancelled()).toBe(true);
    }
  });

  it('but bytes that stop coming are told apart', async () => {
    const body = bodyFrom((turn) => {
      if (turn > 0) throw new Error('connection lost');
      return utf8(`<urlset>${pages(3)}`);
    });
    expect(await read(body)).toMatchObject({ summary: { ok: false, reason: 'interrupted', entries: 3 } });
  });
});
