import { html, raw } from 'hono/html';
import type { PublicImage, PublicProject } from '../domain/project/public-view.ts';
import { PAGE_STYLE } from './page-style.ts';

const LICENSES: Readonly<Record<string, string>> = {
  cc0: 'CC0',
  pdm: 'Public domain',
  other: 'Licence of its own',
};

// To the letter what the content security policy has the hash of.
const STYLE = raw(`<style>${PAGE_STYLE}</style>`);

function licenseName(code: string | null): string {
  if (code === null) return 'Licence unknown';
  return LICENSES[code] ?? code.toUpperCase().replace(/^CC-/, 'CC ');
}

/** An address that a browser may be sent to; what a page or a file said of itself may be anything. */
function webAddress(text: string | null): string | null {
  return text !== null && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : null;
}

function link(address: string | null, text: string) {
  return address === null
    ? html`${text}`
    : html`<a href="${address}" rel="nofollow noopener noreferrer">${text}</a>`;
}

function showImage(projectId: string, image: PublicImage, nth: number) {
  const address = `/p/${projectId}/${image.id}`;
  const { host, credit } = image;
  const name = `Image ${nth}${host === null ? '' : ` from ${host}`}`;
  return html`<li>
    <figure>
      <a href="${address}">
        <img
          src="${image.hasThumbnail ? `${address}?variant=thumbnail` : address}"
          alt="${name}"
          width="${image.width}"
          height="${image.height}"
          loading="${nth > 12 ? 'lazy' : 'eager'}"
          decoding="async"
        />
      </a>
      <figcaption>
        <span>${link(webAddress(image.licenseUrl), licenseName(image.license))}</span>
        ${credit === null ? '' : html`<span>${credit}</span>`}
        ${host === null ? '' : html`<span>${link(webAddress(image.pageUrl), host)}</span>`}
      </figcaption>
    </figure>
  </li>`;
}

/** The page of a public project. It needs no script, and its addresses no host: it is the same on every one. */
export function renderPage(project: PublicProject): string {
  const { id, name, description, images, nextCursor } = project;
  const list = images.map((image, index) => showImage(id, image, index + 1));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="dark light" />
        <meta name="description" content="${description || `Images of ${name}`}" />
        <title>${name} - Darkroom</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        ${STYLE}
      </head>
      <body>
        <header>
          <h1>${name}</h1>
          ${description === '' ? '' : html`<p>${description}</p>`}
        </header>
        <main>
          ${
            images.length === 0
              ? html`<p>There are no images here.</p>`
              : html`<ul>
                  ${list}
                </ul>`
          }
          ${
            nextCursor === null
              ? ''
              : html`<nav aria-label="Pages">
                  <a rel="next" href="/p/${id}?cursor=${nextCursor}">Older images</a>
                </nav>`
          }
        </main>
        <footer>
          Licences are as the page or the file of each image states them, and nobody has checked them.
        </footer>
      </body>
    </html>`;
  return String(page);
}
