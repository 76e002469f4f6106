import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPage } from '../../src/crawl/discover/read-page.ts';
import { utf8 } from '../../src/lib/bytes.ts';
import { bodyFrom, bodyOf } from '../unit/crawl/discover/body.ts';

const PAGE = 'https://site.example/';
const MIB = 1024 * 1024;
const FIRST = [{ url: 'https://site.example/first.jpg' }];

describe('a page that is too large', () => {
  it('is cut at the limit and what was found before it is kept', async () => {
    const body = bodyOf(`<img src=first.jpg>${'<p>text</p>'.repeat(2 * MIB)}`, [65_536]);
    expect(await readPage(body.stream, PAGE)).toMatchObject({
      ok: false,
      reason: 'too_large',
      detail: `more than ${10 * MIB} bytes`,
      candidates: FIRST,
    });
    expect(body.isCancelled()).toBe(true);
    expect(body.sent()).toBeLessThan(10 * MIB + 3 * 65_536);
  });

  it('is read whole when it is exactly as large as the limit', async () => {
    const html = '<img src=first.jpg>';
    expect(await readPage(bodyOf(html).stream, PAGE, { maxBytes: html.length })).toMatchObject({ ok: true });
    expect(await readPage(bodyOf(html).stream, PAGE, { maxBytes: html.length - 1 })).toMatchObject({
      ok: false,
    });
  });

  it('gives its first images when it has more than the limit', async () => {
    const body = bodyOf(Array.from({ length: 30_000 }, (_, n) => `<img src=${n}.jpg>`).join(''), [65_536]);
    const found = await readPage(body.stream, PAGE);
    expect(found).toMatchObject({ ok: false, reason: 'too_large' });
    expect(found.candidates).toHaveLength(20_000);
    expect(found.candidates.at(-1)?.url).toBe('https://site.example/19999.jpg');
    expect(body.isCancelled()).toBe(true);
  });

  it('says so also when the last element is the one too many', async () => {
    const html = '<img src=1.jpg><img src=1.jpg><img src=2.jpg>';
    expect(await readPage(bodyOf(html).stream, PAGE, { maxCandidates: 2 })).toMatchObject({ ok: true });
    expect(await readPage(bodyOf(html).stream, PAGE, { maxCandidates: 1 })).toMatchObject({
      ok: false,
      reason: 'too_large',
    });
    const graph = '<meta property=og:image content=1.jpg><meta property=og:image content=2.jpg>';
    expect(await readPage(bodyOf(graph).stream, PAGE, { maxCandidates: 1 })).toMatchObject({
      candidates: [{ url: 'https://site.example/1.jpg' }],
    });
  });

  it('is left when its elements only waste time', async () => {
    const body = bodyOf(`<img src=first.jpg>${'<img>'.repeat(2 * MIB)}`, [65_536]);
    expect(await readPage(body.stream, PAGE)).toMatchObject({
      ok: false,
      reason: 'too_large',
      candidates: FIRST,
    });
    expect(body.isCancelled()).toBe(true);
  });

  it('holds no more text than fits, however long each address', async () => {
    const base = `<base href="https://site.example/${'x'.repeat(1_900)}/">`;
    const html = `${base}${Array.from({ length: 20_000 }, (_, n) => `<img src=${n}>`).join('')}`;
    const found = await readPage(bodyOf(html, [65_536]).stream, PAGE);
    expect(found).toMatchObject({ ok: false, reason: 'too_large' });
    expect(found.candidates.length).toBeLessThan(9_000);
  });
});

describe('a page that is no page', () => {
  it('but one attribute of 30 MB is too large', async () => {
    const chunk = utf8('x'.repeat(65_536));
    const body = bodyFrom((turn) =>
      turn === 0 ? utf8('<img src=first.jpg><img src="') : turn < 480 ? chunk : null,
    );
    expect(await readPage(body.stream, PAGE, { maxBytes: 40 * MIB })).toMatchObject({
      ok: false,
      reason: 'too_large',
      detail: 'a part of the page is too large',
      candidates: FIRST,
    });
    expect(body.isCancelled()).toBe(true);
  });

  it('but elements nested without end is too large', async () => {
    const html = `<img src=first.jpg>${'<figure><a href=x>'.repeat(200_000)}`;
    expect(await readPage(bodyOf(html, [65_536]).stream, PAGE)).toMatchObject({
      ok: false,
      reason: 'too_large',
      candidates: FIRST,
    });
  });

  it('because nobody can tell text from markup in it is unreadable', async () => {
    const body = bodyOf(`<img src=first.jpg><select><xmp><img src=2.jpg></xmp></select>${' '.repeat(MIB)}`);
    expect(await readPage(body.stream, PAGE)).toMatchObject({
      ok: false,
      reason: 'unreadable',
      candidates: FIRST,
    });
    expect(body.isCancelled()).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['zeros', new Uint8Array(100_000)],
    [
      'an image',
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, ...Array.from({ length: 9_000 }, (_, n) => (n * 73) % 256)]),
    ],
    ['plain text', 'Hello'.repeat(1_000)],
    ['half a tag', '<img src="a.jpg'],
    ['half a comment', '<!-- <img src=a.jpg>'],
    ['half a script', '<script type=application/ld+json>{"@type":"ImageObject","url":"/a.jpg"}'],
    ['half a noscript', '<noscript><img src=a.jpg>'],
    ['only ends', '</figure></a></picture></noscript></p>'.repeat(1_000)],
  ])('has no images: %s', async (_what, content) => {
    expect(await readPage(bodyOf(content).stream, PAGE)).toMatchObject({ ok: true, candidates: [] });
  });

  it('but a heap of broken markup gives what can be read in it', async () => {
    const html =
      '<table><figure <img src=0.jpg><a href=1.jpg <b><p><svg><img src="2.jpg"alt=\'x"><img src=3.jpg>\'><<img src=4.jpg></ figure><img/src=5.jpg>';
    const found = await readPage(bodyOf(html).stream, PAGE);
    expect(found.ok).toBe(true);
    expect(found.candidates.map(({ url }) => url)).toEqual([
      'https://site.example/1.jpg',
      'https://site.example/4.jpg',
      'https://site.example/5.jpg',
    ]);
  });

  it('but a caption without end is cut', async () => {
    const html = `<figure><img src=first.jpg><figcaption>${'long &amp; '.repeat(100_000)}`;
    const { candidates } = await readPage(bodyOf(html, [65_536]).stream, PAGE);
    expect(candidates[0]?.caption).toHaveLength(500);
  });
});

describe('a page that breaks off', () => {
  it('gives what had arrived, and says that the bytes stopped', async () => {
    const body = bodyFrom((turn) => {
      if (turn === 2) throw new Error('connection lost');
      return utf8(turn === 0 ? '<img src=first.jpg>' : ' '.repeat(5_000));
    });
    expect(await readPage(body.stream, PAGE)).toMatchObject({
      ok: false,
      reason: 'interrupted',
      candidates: FIRST,
    });
  });

  it('before the first byte is no different', async () => {
    const body = bodyFrom(() => {
      throw new Error('connection lost');
    });
    expect(await readPage(body.stream, PAGE)).toMatchObject({
      ok: false,
      reason: 'interrupted',
      candidates: [],
    });
  });
});

const piece = fc.constantFrom(
  '<img src=a.jpg alt="é &eacute; 😀">',
  '<img data-srcset="b.jpg 1w, c.jpg 2w" src="data:,">',
  '<picture><source srcset="d.jpg 2x">',
  '</picture>',
  '<figure>',
  '</figure>',
  '<figcaption>A caption &amp; more é😀</figcaption>',
  '<a rel=license href=/terms>',
  '<a href=e.png>',
  '</a>',
  '<noscript><img src="f.jpg?a&amp;b" alt=é></noscript>',
  '<noscript>',
  '</noscript>',
  '<script type=application/ld+json>{"@type":"ImageObject","url":"g.jpg","caption":"é😀"}</script>',
  '<meta charset=windows-1252>',
  '<meta property=og:image content=h.jpg>',
  '<meta name=robots content=noai>',
  '<base href=/x/>',
  '<div>',
  '</div>',
  '<!--',
  '-->',
  'text é',
  '<p',
  ' '.repeat(600),
);
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });

describe('any page', () => {
  it('has the same images however its bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), sizes, async (pieces, sizes) => {
        const html = utf8(pieces.join(''));
        const whole = await readPage(bodyOf(html, [html.length || 1]).stream, PAGE);
        expect(await readPage(bodyOf(html, sizes).stream, PAGE)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it('of arbitrary bytes ends in a result', async () => {
    const hostile = fc.array(fc.oneof(piece.map(utf8), fc.uint8Array({ maxLength: 20 })), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(hostile, sizes, async (parts, sizes) => {
        const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
        const { candidates } = await readPage(bodyOf(bytes, sizes).stream, PAGE);
        for (const { url } of candidates) expect(url).toMatch(/^https:\/\//);
      }),
      { numRuns: 200 },
    );
  });
});
