import { ORIGIN, urlOf } from './exhibit.ts';
import type { Exhibition } from './exhibition.ts';
import { GALLERY_PATH } from './gallery.ts';
import { SITE_NAME, writePage } from './page.ts';
import { LICENSE } from './photographs.ts';

/** `/` of the main origin: the photographs that lie plainly on any origin as a contact sheet, each a link to its file. */
export function writeFrontPage({ photos }: Exhibition, origins: readonly string[]): string {
  const items = photos.flat().map((photo) => {
    const url = urlOf(photo, origins).replaceAll('&', '&amp;');
    const { width, height, caption } = photo.print;
    const image = `<img src="${url}" alt="${caption}" width="${width}" height="${height}" loading="lazy">`;
    return `<li><a href="${url}">${image}</a></li>`;
  });
  const body = `<header>
<h1>${SITE_NAME}</h1>
<p>${items.length} crops of seven historic photographs, printed in different tones.
For crawlers: <a href="/manifest.json">manifest.json</a>, <a href="/urls.txt">urls.txt</a>,
<a href="/sitemap.xml">sitemap.xml</a>, <a href="${GALLERY_PATH}">gallery.html</a>.</p>
<p>${LICENSE}</p>
</header>
<main>
<ul>
${items.join('\n')}
</ul>
</main>`;
  return writePage({ body });
}

/** `/` of the other origins. */
export function writeSideDoor(origins: readonly string[]): string {
  return writePage({ body: `<p>A part of the <a href="${origins[ORIGIN.main]}/">${SITE_NAME}</a>.</p>` });
}
