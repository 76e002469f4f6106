import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/crawl/discover/candidate.ts';
import { readPage } from '../../src/crawl/discover/read-page.ts';
import { bodyOf } from '../unit/crawl/discover/body.ts';

const PAGE = 'https://site.example/gallery/page.html';

async function find(html: string | Uint8Array, contentType: string | null = null): Promise<Candidate[]> {
  const found = await readPage(bodyOf(html).stream, PAGE, { contentType });
  expect(found).toMatchObject({ ok: true });
  return found.candidates;
}

/** The paths of the images of site.example, other addresses whole. */
async function paths(html: string): Promise<string[]> {
  return (await find(html)).map(({ url }) => url.replace('https://site.example', ''));
}

describe('the images of a page', () => {
  it('are its img elements, with page and alternative text', async () => {
    expect(
      await find(
        '<IMG SRC="cat.jpg?a=1&amp;b=2&copy=3" ALT="  A &quot;fat&quot;\n caf&eacute; cat "><img src=/dog.png>',
      ),
    ).toEqual([
      {
        url: 'https://site.example/gallery/cat.jpg?a=1&b=2&copy=3',
        pageUrl: PAGE,
        alt: 'A "fat" café cat',
        caption: null,
        licenseUrl: null,
      },
      { url: 'https://site.example/dog.png', pageUrl: PAGE, alt: null, caption: null, licenseUrl: null },
    ]);
  });

  it.each([
    ['srcset by width', '<img src=s.jpg srcset="a.jpg 320w, b.jpg 1280w, c.jpg 640w">', '/gallery/b.jpg'],
    ['srcset by density', '<img src=s.jpg srcset="a.jpg, b.jpg 3x, c.jpg 2x">', '/gallery/b.jpg'],
    ['src beside a useless srcset', '<img src=s.jpg srcset="data:image/gif;base64,AA 1x">', '/gallery/s.jpg'],
    ['data-src', '<img src="data:image/gif;base64,AA" data-src=a.jpg>', '/gallery/a.jpg'],
    ['data-lazy-src', '<img src=blank.gif data-lazy-src=/a.jpg>', '/a.jpg'],
    ['data-original', '<img src=blank.gif data-original=a.jpg>', '/gallery/a.jpg'],
    [
      'data-srcset',
      '<img src=blank.gif srcset="t.gif 1w" data-srcset="a.jpg 1w, b.jpg 2w">',
      '/gallery/b.jpg',
    ],
    ['data-lazy-srcset', '<img src=blank.gif data-lazy-srcset="a.jpg 1w, b.jpg 2w">', '/gallery/b.jpg'],
    ['src beside a flag', '<img src=a.jpg data-lazy=true data-original="">', '/gallery/a.jpg'],
    [
      'src beside a template',
      '<img src=a.jpg data-src="/{{ photo }}.jpg" data-srcset="/p_{width}.jpg 9w">',
      '/gallery/a.jpg',
    ],
    [
      'picture, the largest',
      '<picture><source srcset="a.jpg 100w"><source srcset="b.jpg 200w"><img src=s.jpg></picture>',
      '/gallery/b.jpg',
    ],
    [
      'picture, the common format',
      '<picture><source type=image/webp srcset=a.webp><img src=s.jpg></picture>',
      '/gallery/s.jpg',
    ],
    [
      'picture of sources only',
      '<picture><source data-srcset="a.jpg 1x, b.jpg 2x"></picture>',
      '/gallery/b.jpg',
    ],
    ['noscript', '<noscript><p><img src="a.jpg?x&amp;y"></noscript>', '/gallery/a.jpg?x&y'],
    [
      'noscript within picture',
      '<picture><source srcset="b.jpg 9w"><noscript><img src=a.jpg></noscript></picture>',
      '/gallery/b.jpg',
    ],
    ['amp-img', '<amp-img src=a.jpg width=9 height=9></amp-img>', '/gallery/a.jpg'],
    ['template', '<template><img src=a.jpg></template>', '/gallery/a.jpg'],
    ['poster', '<video poster=a.jpg><source src=v.mp4 srcset=no.jpg></video>', '/gallery/a.jpg'],
    ['image_src', '<link rel="preload IMAGE_SRC" href=a>', '/gallery/a'],
    ['Open Graph', '<meta property=og:image content=/a.jpg>', '/a.jpg'],
    ['Open Graph by name', '<meta name="OG:Image:URL" content=/a.jpg>', '/a.jpg'],
    ['Twitter', '<meta name=twitter:image content=/a.jpg>', '/a.jpg'],
    [
      'one Open Graph image over https',
      '<meta property=og:image content=http://site.example/a.jpg><meta property=og:image:secure_url content=/a.jpg>',
      '/a.jpg',
    ],
  ])('are found by %s, each once', async (_how, html, path) => {
    expect(await paths(html)).toEqual([path]);
  });

  it.each([
    '<img>',
    '<img src>',
    '<img src="">',
    '<img src="#top">',
    '<img src="data:image/png;base64,AAAA">',
    '<img src="blob:https://site.example/1">',
    '<img src="javascript:alert(1)">',
    '<img src="https://user:secret@site.example/a.jpg">',
    `<img src="/${'x'.repeat(10_000)}.jpg">`,
    '<img src="http://[">',
    '<img src=/count.gif width=1 height=1>',
    '<!-- <img src=a.jpg> -->',
    '<script>document.write("<img src=a.jpg>")</script>',
    '<textarea><img src=a.jpg></textarea>',
    '<source srcset=a.jpg>',
    '<a href=/wiki/File:Cat.jpg>Cat</a><a href=/wiki/Datei%3ACat.jpg>Cat</a>',
    '<a href=page.html?file=cat.jpg>Cat</a>',
    '<meta property=og:image:width content=640>',
    '<link rel=stylesheet href=a.jpg>',
  ])('are not in %s', async (html) => {
    expect(await paths(html)).toEqual([]);
  });

  it('are what links to image files lead to, not the thumbnail within', async () => {
    expect(
      await find(
        '<a href=full.jpg><img data-src=thumb.jpg alt="A cat"><noscript><img src=t2.jpg></noscript></a><img src=b.jpg>',
      ),
    ).toMatchObject([
      { url: 'https://site.example/gallery/full.jpg', alt: 'A cat' },
      { url: 'https://site.example/gallery/b.jpg' },
    ]);
    expect(
      await paths('<a href=1.JPEG>one</a> <a href="2.png?x#y">two</a> <a href=page.html><img src=3.gif></a>'),
    ).toEqual(['/gallery/1.JPEG', '/gallery/2.png?x', '/gallery/3.gif']);
  });

  it('are kept when they come after a link to another one', async () => {
    expect(await paths('<a href=1.jpg>one</a><img src=2.jpg>')).toEqual(['/gallery/1.jpg', '/gallery/2.jpg']);
  });

  it('are kept when the link around them is never closed', async () => {
    expect(
      await paths(
        '<div><a href=1.jpg><img src=t.jpg><img src=2.jpg></div><img src=3.jpg><a href=x><img src=4.jpg>',
      ),
    ).toEqual(['/gallery/1.jpg', '/gallery/2.jpg', '/gallery/3.jpg', '/gallery/4.jpg']);
  });

  it('stand once for all their spellings; the first words win, missing ones are filled in', async () => {
    const html =
      '<meta property=og:image content="https://SITE.example:443/gallery/a.jpg#x"><img src=./a.jpg alt=first>' +
      '<figure><img src=../gallery/a.jpg alt=second><figcaption>Its caption</figcaption></figure>';
    expect(await find(html)).toEqual([
      {
        url: 'https://site.example/gallery/a.jpg',
        pageUrl: PAGE,
        alt: 'first',
        caption: 'Its caption',
        licenseUrl: null,
      },
    ]);
  });
});

describe('the base of a page', () => {
  it('is the first that has an address, for what comes after it', async () => {
    const html =
      '<img src=0.jpg><base target=_top><base href="/other/"><base href="/third/"><img src=1.jpg><noscript><img src=2.jpg></noscript>';
    expect(await paths(html)).toEqual(['/gallery/0.jpg', '/other/1.jpg', '/other/2.jpg']);
  });

  it.each(['data:text/html,x', 'javascript:x', 'http://[', ''])(
    'is the page itself when the first one is %j',
    async (href) => {
      expect(await paths(`<base href="${href}"><base href="/third/"><img src=1.jpg>`)).toEqual([
        '/gallery/1.jpg',
      ]);
    },
  );
});

describe('the caption of an image', () => {
  it('is that of its figure, before or after it', async () => {
    const html =
      '<figure><img src=1.jpg><figcaption>A <b>fat</b>\n cat&rsquo;s<br>life<script>no()</script><style>no</style><noscript><i>no</i></noscript></figcaption></figure>' +
      '<figure><figcaption><p>Two</p><p>dogs</p></figcaption><a href=2.jpg><img src=t.jpg></a></figure><img src=3.jpg>';
    expect((await find(html)).map(({ caption }) => caption)).toEqual(['A fat cat’s life', 'Two dogs', null]);
  });

  it('is the nearest of nested figures', async () => {
    const html =
      '<figure><img src=1.jpg><figure><img src=2.jpg><figcaption>inner</figcaption></figure><figure><img src=3.jpg></figure><figcaption>outer</figcaption></figure>';
    expect((await find(html)).map(({ caption }) => caption)).toEqual(['outer', 'inner', 'outer']);
  });

  it('does not leak out of figures that are never closed', async () => {
    const html =
      '<div><figure><img src=1.jpg><figcaption>one</div><img src=2.jpg><figure><img src=3.jpg><figcaption>three';
    expect((await find(html)).map(({ caption }) => caption)).toEqual(['one', null, 'three']);
  });
});

describe('the licence of an image', () => {
  const BY = 'https://creativecommons.org/licenses/by/4.0/';
  const ZERO = 'https://creativecommons.org/publicdomain/zero/1.0/';

  it('is that of its figure, else of the page', async () => {
    const html =
      `<figure><img src=1.jpg><figcaption><a href="${ZERO}">CC0</a></figcaption></figure><img src=2.jpg>` +
      `<figure><img src=3.jpg><a rel="nofollow license" href="/terms">terms</a></figure><a rel=license href="${BY}">CC BY</a>`;
    expect((await find(html)).map(({ licenseUrl }) => licenseUrl)).toEqual([
      ZERO,
      BY,
      'https://site.example/terms',
    ]);
    expect((await find(`<link rel=LICENSE href="${BY}"><img src=1.jpg>`))[0]?.licenseUrl).toBe(BY);
  });

  it('is none that the page only mentions', async () => {
    const html = `<img src=1.jpg><p>About <a href="${BY}">CC BY</a></p><figure><img src=2.jpg><a href="https://creativecommons.org/about">CC</a></figure>`;
    expect((await find(html)).map(({ licenseUrl }) => licenseUrl)).toEqual([null, null]);
  });
});

describe('linked data of a page', () => {
  const script = (data: unknown) =>
    `<script type="application/LD+JSON">${typeof data === 'string' ? data : JSON.stringify(data)}</script>`;

  it('gives images with caption and licence', async () => {
    const data = {
      '@graph': [
        {
          '@type': ['Photograph', 'ImageObject'],
          contentUrl: '/1.jpg',
          caption: 'One &amp; only',
          license: '/terms',
          thumbnail: { '@type': 'ImageObject', url: '/t.jpg' },
        },
        {
          '@type': 'Article',
          image: { '@type': 'ImageObject', url: '2.jpg', license: { '@id': '/cc' } },
          logo: { '@type': 'ImageObject', url: '/logo.png' },
        },
      ],
    };
    expect(await find(`<img src=/1.jpg alt=one>${script(data)}`)).toMatchObject([
      {
        url: 'https://site.example/1.jpg',
        alt: 'one',
        caption: 'One &amp; only',
        licenseUrl: 'https://site.example/terms',
      },
      { url: 'https://site.example/gallery/2.jpg', caption: null, licenseUrl: 'https://site.example/cc' },
    ]);
  });

  it.each([
    '',
    '{',
    'null',
    '[[[[]]]]',
    '"x"',
    '{"@type":"ImageObject"}',
    '{"@type":"ImageObject","url":7}',
    '['.repeat(200_000),
    'x'.repeat(300_000),
  ])('that is none is passed over', async (data) => {
    expect(await paths(`${script(data)}<img src=/a.jpg>`)).toEqual(['/a.jpg']);
  });
});

describe('what a page asks of robots', () => {
  it.each([
    ['<meta name=robots content="NoAI, noimageai">', { noai: true, noimageai: true, noindex: false }],
    ['<meta name=Robots content=noindex,nofollow>', { noai: false, noimageai: false, noindex: true }],
    ['<meta name=robots content=none>', { noai: false, noimageai: false, noindex: true }],
    [
      '<meta name=robots content=index><meta name=DarkroomBot content=noai>',
      { noai: true, noimageai: false, noindex: false },
    ],
    [
      '<meta name=googlebot content=noai><meta property=robots content=noai>',
      { noai: false, noimageai: false, noindex: false },
    ],
    ['', { noai: false, noimageai: false, noindex: false }],
  ])('is read from %s', async (html, robots) => {
    expect(await readPage(bodyOf(html).stream, PAGE)).toMatchObject({ ok: true, robots });
  });
});

describe('a page in another encoding', () => {
  const word = new Uint8Array([0xea, 0xee, 0xf2]);
  const page = (head: string) => {
    const encoder = new TextEncoder();
    return new Uint8Array([
      ...encoder.encode(`${head}<img src="/`),
      ...word,
      ...encoder.encode('.jpg" alt="'),
      ...word,
      ...encoder.encode('">'),
    ]);
  };
  const russian = [{ url: 'https://site.example/%D0%BA%D0%BE%D1%82.jpg', alt: 'кот' }];

  it.each([
    ['content type', 'text/html; charset="Windows-1251"', ''],
    ['meta charset', 'text/html', '<meta charset=windows-1251>'],
    ['http-equiv', null, '<meta http-equiv=Content-Type content="text/html; charset=cp1251">'],
    ['content type before meta', 'text/html; charset=windows-1251', '<meta charset=utf-8>'],
  ])('named by %s is read', async (_how, contentType, head) => {
    expect(await find(page(head), contentType)).toMatchObject(russian);
  });

  it('that nobody names, or with a name nobody knows, is taken for UTF-8', async () => {
    expect(await find('<meta charset=x-nonsense><img src=a alt=é>', 'text/html; charset=none')).toMatchObject(
      [{ alt: 'é' }],
    );
    expect(await find('<meta charset=utf-16><img src=a alt=é>')).toMatchObject([{ alt: 'é' }]);
    expect(await find('\ufeff<img src=a alt=é>', 'text/html; charset=windows-1251')).toMatchObject([
      { alt: 'é' },
    ]);
  });

  it('that is no superset of ASCII is refused', async () => {
    for (const [bytes, type] of [
      [new Uint8Array([0xff, 0xfe, 0x3c, 0]), null],
      [new Uint8Array([0x3c]), 'text/html; charset=utf-16'],
      [new Uint8Array([0x3c]), 'text/html; charset=iso-2022-jp'],
    ] as const) {
      expect(await readPage(bodyOf(bytes).stream, PAGE, { contentType: type })).toMatchObject({
        ok: false,
        reason: 'unreadable',
        candidates: [],
      });
    }
  });
});
