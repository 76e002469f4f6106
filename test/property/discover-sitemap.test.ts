import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSitemap, type SitemapSummary } from '../../src/crawl/discover/read-sitemap.ts';
import type { SitemapEntry } from '../../src/crawl/discover/sitemap-entry.ts';
import { utf8 } from '../../src/lib/bytes.ts';
import { bodyOf } from '../unit/crawl/discover/body.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);
const SITEMAP = 'https://site.example/sitemap.xml';

async function readIn(
  bytes: Uint8Array,
  sizes: readonly number[],
): Promise<[SitemapEntry[], SitemapSummary]> {
  const slices = readSitemap(bodyOf(bytes, sizes).stream, SITEMAP, { maxBytes: 1_000_000, maxEntries: 20 });
  const entries: SitemapEntry[] = [];
  for (;;) {
    const { done, value } = await slices.next();
    if (done) return [entries, value];
    entries.push(...value);
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 });
const words = fc.string({
  unit: fc.constantFrom('a', 'é', '😀', '&', '<', '>', '"', ']', '-', '/', ' '),
  maxLength: 20,
});
const piece = fc.constantFrom(
  '<url>',
  '</url>',
  '<sitemap>',
  '</sitemap>',
  '<loc>https://site.example/a?b&amp;c=é</loc>',
  '<loc><![CDATA[https://site.example/b.jpg?a&b]]></loc>',
  '<loc>/c<!-- > --></loc>',
  '<loc/>',
  '<image:image>',
  '</image:image>',
  '<image:image><image:loc>https://cdn.example/1.jpg</image:loc>',
  '<image:title>é &amp; 😀 &#x1F600;</image:title>',
  '<image:caption><![CDATA[ ]] > ]]></image:caption>',
  '<image:license>https://creativecommons.org/licenses/by/4.0/</image:license>',
  '<?x > ?>',
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<!DOCTYPE a>',
  '</urlset>',
  'x'.repeat(9_000),
  '&amp',
  '<',
  '>',
);
const document = fc
  .tuple(
    fc.constantFrom('<urlset>', '\ufeff<?xml version="1.0"?>\n<urlset a=">">', '<sitemapindex>', ''),
    fc.array(fc.oneof(piece, words)),
  )
  .map(([root, pieces]) => utf8(`${root}${pieces.join('')}${root.includes('urlset') ? '</urlset>' : ''}`));

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const cdata = (text: string) => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

describe('a sitemap', () => {
  it('has the same entries however its bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(document, sizes, async (bytes, sizes) => {
        expect(await readIn(bytes, sizes)).toEqual(await readIn(bytes, [bytes.length || 1]));
      }),
      { numRuns },
    );
  });

  it('has the same entries when it is compressed, in one member or in several', async () => {
    await fc.assert(
      fc.asyncProperty(document, sizes, fc.nat(), async (bytes, sizes, cut) => {
        const at = cut % (bytes.length + 1);
        const members = Buffer.concat([gzipSync(bytes.subarray(0, at)), gzipSync(bytes.subarray(at))]);
        const whole = await readIn(bytes, [bytes.length || 1]);
        expect(await readIn(gzipSync(bytes), sizes)).toEqual(whole);
        expect(await readIn(members, sizes)).toEqual(whole);
      }),
      { numRuns },
    );
  });

  it('gives back the words that were written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(words, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        sizes,
        async (titles, isCdata, sizes) => {
          const write = isCdata ? cdata : escape;
          const images = titles.map(
            (title, n) =>
              `<i:image><i:loc>https://cdn.example/${n}</i:loc><i:title>${write(title)}</i:title></i:image>`,
          );
          const xml = `<urlset><url><loc>https://site.example/a</loc>${images.join('')}</url></urlset>`;
          const [entries, summary] = await readIn(utf8(xml), sizes);
          expect(summary).toEqual({ ok: true, entries: titles.length + 1, skipped: 0 });
          expect(
            entries.flatMap((entry) => (entry.kind === 'image' ? [entry.candidate.alt ?? ''] : [])),
          ).toEqual(titles.map((title) => title.replaceAll(/ +/g, ' ').trim()));
        },
      ),
      { numRuns },
    );
  });

  it('of arbitrary bytes ends in a result', async () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array([0x1f, 0x8b, 8, ...bytes])),
      fc.tuple(document, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
        const packed = new Uint8Array(gzipSync(bytes));
        packed[at % packed.length] = value;
        return packed;
      }),
    );
    await fc.assert(
      fc.asyncProperty(hostile, sizes, async (bytes, sizes) => {
        const [entries, summary] = await readIn(bytes, sizes);
        expect(entries.length).toBe(summary.entries);
      }),
      { numRuns },
    );
  });
});
