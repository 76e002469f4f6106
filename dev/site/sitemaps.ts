import { gzipSync } from 'node:zlib';
import { ORIGIN, ORIGIN_COUNT, urlOf, type Exhibit, type Place } from './exhibit.ts';
import type { Exhibition } from './exhibition.ts';
import type { TextDocument } from './resource.ts';

const INDEX: Place = { origin: ORIGIN.main, path: '/sitemap.xml' };
/** An index of which the only entry is the index above. */
const CYCLE: Place = { origin: ORIGIN.main, path: '/sitemap-back.xml' };
const GZIP: Place = { origin: ORIGIN.files, path: '/sitemap-spoilt.xml.gz' };
const TEXT: Place = { origin: ORIGIN.faults, path: '/sitemap-broken.txt' };

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n';
const PROTOCOL = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';
const IMAGES = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"';
/** Images that one entry of a sitemap names. */
const IMAGES_AN_ENTRY = 5;

/**
 * All sitemaps of the site. Each URL of the exhibition is in exactly one: a plain one per origin, but for what has a
 * place of its own in the gzip and in the text sitemap.
 */
export function layOutSitemaps(exhibition: Exhibition): (Place & { resource: TextDocument })[] {
  const isIn = (exhibit: Exhibit, { origin }: Place, folder: string): boolean => {
    return exhibit.origin === origin && exhibit.path.startsWith(folder);
  };
  const spoilt = exhibition.exhibits.filter((exhibit) => isIn(exhibit, GZIP, '/spoilt/'));
  const broken = exhibition.exhibits.filter((exhibit) => isIn(exhibit, TEXT, '/broken/'));
  const plain = Array.from({ length: ORIGIN_COUNT }, (_, origin) => {
    const own = exhibition.exhibits.filter((exhibit) => exhibit.origin === origin);
    const exhibits = own.filter((exhibit) => !spoilt.includes(exhibit) && !broken.includes(exhibit));
    return { origin, path: '/sitemap-photos.xml', exhibits };
  });
  const xml = (write: TextDocument['write']): TextDocument => {
    return { kind: 'text', type: 'application/xml; charset=utf-8', write };
  };
  return [
    { ...INDEX, resource: xml((origins) => writeIndex([...plain, GZIP, TEXT, CYCLE], origins)) },
    { ...CYCLE, resource: xml((origins) => writeIndex([INDEX], origins)) },
    ...plain.map(({ origin, path, exhibits }) => {
      return { origin, path, resource: xml((origins) => writeImageSitemap(exhibits, origins)) };
    }),
    {
      ...GZIP,
      resource: {
        kind: 'text',
        type: 'application/gzip',
        write: (origins) => gzipSync(writeUrlSitemap(spoilt, origins)),
      },
    },
    {
      ...TEXT,
      resource: {
        kind: 'text',
        type: 'text/plain; charset=utf-8',
        write: (origins) => broken.map((place) => `${urlOf(place, origins)}\n`).join(''),
      },
    },
  ];
}

function writeIndex(places: readonly Place[], origins: readonly string[]): string {
  const entries = places.map((place) => `<sitemap><loc>${locate(place, origins)}</loc></sitemap>\n`);
  return `${PROLOGUE}<sitemapindex ${PROTOCOL}>\n${entries.join('')}</sitemapindex>\n`;
}

/** With the image extension: an entry is the first of a few images and names them all. */
function writeImageSitemap(places: readonly Place[], origins: readonly string[]): string {
  const urls = places.map((place) => locate(place, origins));
  let entries = '';
  for (let at = 0; at < urls.length; at += IMAGES_AN_ENTRY) {
    const images = urls
      .slice(at, at + IMAGES_AN_ENTRY)
      .map((url) => `  <image:image><image:loc>${url}</image:loc></image:image>\n`);
    entries += `<url>\n  <loc>${urls[at]}</loc>\n${images.join('')}</url>\n`;
  }
  return `${PROLOGUE}<urlset ${PROTOCOL} ${IMAGES}>\n${entries}</urlset>\n`;
}

function writeUrlSitemap(places: readonly Place[], origins: readonly string[]): string {
  const entries = places.map((place) => `<url><loc>${locate(place, origins)}</loc></url>\n`);
  return `${PROLOGUE}<urlset ${PROTOCOL}>\n${entries.join('')}</urlset>\n`;
}

function locate(place: Place, origins: readonly string[]): string {
  return urlOf(place, origins).replaceAll('&', '&amp;');
}
