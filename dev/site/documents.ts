import { ORIGIN, urlOf, type Exhibit } from './exhibit.ts';
import type { Exhibition } from './exhibition.ts';
import { CLOSED_PAGE_PATH, GALLERY_PATH, listPageImages } from './gallery.ts';
import { SITE_NAME } from './page.ts';
import { LICENSE } from './photographs.ts';

/** The manifest's own format; a reader refuses any other. */
const MANIFEST_VERSION = 1;

/**
 * `/manifest.json`: every URL with the item status that it must end in, the images that the gallery must yield, and
 * the page that must yield none.
 */
export function writeManifest(exhibition: Exhibition, origins: readonly string[]): string {
  const urls = exhibition.exhibits.map((exhibit) => {
    const { expected, reason, sha256, group } = exhibit;
    return {
      url: urlOf(exhibit, origins),
      expected,
      ...(reason ? { reason } : {}),
      ...(sha256 ? { sha256 } : {}),
      ...(group ? { group } : {}),
    };
  });
  const at = (path: string): string => urlOf({ origin: ORIGIN.main, path }, origins);
  return JSON.stringify({
    version: MANIFEST_VERSION,
    name: SITE_NAME,
    license: LICENSE,
    urls,
    page: { url: at(GALLERY_PATH), images: listPageImages(exhibition, origins) },
    closedPage: { url: at(CLOSED_PAGE_PATH), expected: 'blocked', reason: 'noai' },
  });
}

/** `/urls.txt`: one URL a line, in the order of the manifest. */
export function writeUrlList(exhibits: readonly Exhibit[], origins: readonly string[]): string {
  return exhibits.map((exhibit) => `${urlOf(exhibit, origins)}\n`).join('');
}
