import { ORIGIN, urlOf, type Exhibit, type Photo, type Place } from './exhibit.ts';
import type { Exhibition } from './exhibition.ts';
import { writePage } from './page.ts';
import { LICENSE_URL } from './photographs.ts';

export const GALLERY_PATH = '/gallery.html';
export const CLOSED_PAGE_PATH = '/closed.html';

/** One image that a crawl of a page has to find, with what the page says of it. */
export interface PageImage {
  url: string;
  alt: string | null;
  /** Without markup, white space folded. */
  caption: string | null;
  licenseUrl: string | null;
}

const BASE = '/photos/';
/** Of one figure, by a link in its caption. */
const FIGURE_LICENSE = 'https://creativecommons.org/publicdomain/mark/1.0/';
const BLANK = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';

/** An image and the one way in which the page shows it. */
interface Item {
  exhibit: Exhibit;
  alt?: string;
  caption?: string;
  licenseUrl?: string;
  html: string;
}

/** What looks like an image and is none, or is one that was shown before. */
const DECOYS = [
  '<!-- <img src="in-a-comment.jpg" alt="Never shown"> -->',
  '<img alt="Without an address">',
  '<img src="" alt="With an empty address">',
  `<img src="${BLANK}" alt="Without a file">`,
];

/** The images that `/gallery.html` must yield, in its order. Of an image in several sizes only the largest counts. */
export function listPageImages(exhibition: Exhibition, origins: readonly string[]): PageImage[] {
  return hang(exhibition, origins).map(({ exhibit, alt, caption, licenseUrl }) => ({
    url: urlOf(exhibit, origins),
    alt: alt ?? null,
    caption: caption ?? null,
    licenseUrl: licenseUrl ?? LICENSE_URL,
  }));
}

/** `/gallery.html`: the usual ways to put an image on a page, once each. Relative URLs are relative to its base. */
export function writeGallery(exhibition: Exhibition, origins: readonly string[]): string {
  const [cover, ...items] = hang(exhibition, origins);
  const head = `<base href="${BASE}">
<link rel="license" href="${LICENSE_URL}">
${cover?.html}
`;
  const body = `<h1>Gallery</h1>
<p><a href="/">All photographs</a></p>
${items.map(({ html }) => html).join('\n')}
${DECOYS.join('\n')}
<img src="${relative(items[0]?.exhibit)}#again" alt="Shown before">`;
  return writePage({ title: 'Gallery', head, body });
}

/** A page of which the owner wants nothing used. It yields no image. */
export function writeClosedPage(exhibition: Exhibition): string {
  const image = `<img src="${exhibition.photos[ORIGIN.main]?.[0]?.path}" alt="Not for training">`;
  return writePage({
    title: 'Not for training',
    head: '<meta name="robots" content="noai">\n',
    body: `<p>The images of this page are not to be used for the training of machines.</p>\n${image}`,
  });
}

/** Throws when the exhibition has too few photographs. */
function hang(exhibition: Exhibition, origins: readonly string[]): Item[] {
  const photo = (origin: number, at: number): Photo => {
    const found = exhibition.photos[origin]?.at(at);
    if (!found) throw new Error(`origin ${origin} has no photograph ${at}`);
    return found;
  };
  const url = (exhibit: Exhibit): string => urlOf(exhibit, origins);
  const { main, rules, notices, moves, faults } = ORIGIN;
  const cover = photo(rules, 0);
  const plain = photo(main, 3);
  const asked = photo(main, -1);
  const wide = photo(main, 0);
  const dense = photo(main, 1);
  const framed = photo(main, 2);
  const [smallWide, smallDense, smallFramed] = exhibition.smaller.map(relative);
  const lazy = photo(main, 4);
  const lazySet = photo(main, 5);
  const captioned = photo(notices, 0);
  const marked = photo(moves, 0);
  const schemeless = photo(faults, 0);
  return [
    { exhibit: cover, html: `<meta property="og:image" content="${url(cover)}">` },
    {
      exhibit: plain,
      alt: 'Relative to the base',
      html: `<img src="${relative(plain)}" alt="Relative to the base">`,
    },
    {
      exhibit: asked,
      alt: 'Light & shade, "full size"',
      html: `<img src="${relative(asked).replace('&', '&amp;')}" alt="Light &amp; shade, &quot;full size&quot;">`,
    },
    {
      exhibit: wide,
      alt: 'By width',
      html: `<img src="${smallWide}" srcset="${smallWide} 320w, ${relative(wide)} ${wide.print.width}w" sizes="50vw" alt="By width">`,
    },
    {
      exhibit: dense,
      alt: 'By density',
      html: `<img src="${smallDense}" srcset="${smallDense}, ${relative(dense)} 2x" alt="By density">`,
    },
    {
      exhibit: framed,
      alt: 'In a picture',
      html: `<picture>
<source media="(min-width: 600px)" srcset="${smallFramed} 320w, ${relative(framed)} ${framed.print.width}w">
<img src="${smallFramed}" alt="In a picture">
</picture>`,
    },
    {
      exhibit: lazy,
      alt: 'Loaded late',
      html: `<img src="${BLANK}" data-src="${relative(lazy)}" loading="lazy" alt="Loaded late">`,
    },
    {
      exhibit: lazySet,
      html: `<img data-srcset="${relative(lazySet)} ${lazySet.print.width}w" loading="lazy">`,
    },
    {
      exhibit: captioned,
      alt: 'On another host',
      caption: captioned.print.caption,
      html: `<figure>
<img src="${url(captioned)}" alt="On another host">
<figcaption>
  <em>${captioned.print.caption.replace(', ', '</em>,\n  ')}
</figcaption>
</figure>`,
    },
    {
      exhibit: marked,
      alt: 'With a licence of its own',
      caption: `${marked.print.caption}. Public Domain Mark 1.0`,
      licenseUrl: FIGURE_LICENSE,
      html: `<figure>
<img src="${url(marked)}" alt="With a licence of its own">
<figcaption>${marked.print.caption}. <a href="${FIGURE_LICENSE}">Public Domain Mark 1.0</a></figcaption>
</figure>`,
    },
    {
      exhibit: schemeless,
      alt: 'Without a scheme',
      html: `<img src="${url(schemeless).replace(/^https?:/, '')}" alt="Without a scheme">`,
    },
  ];
}

/** As it is written on a page with the base. */
function relative(place: Place | undefined): string {
  return place?.path.slice(BASE.length) ?? '';
}
