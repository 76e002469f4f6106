import { createHash } from 'node:crypto';
import type { SiteFile } from './collection.ts';
import type { Exhibit } from './exhibits.ts';
import { LICENSE } from './photographs.ts';

const NAME = 'Darkroom sample photographs';
/** The manifest's own format; a reader refuses any other. */
const MANIFEST_VERSION = 1;

/** `/manifest.json`: every URL with the item status that it must end in. */
export function writeManifest(exhibits: readonly Exhibit[], origin: string): string {
  const urls = exhibits.map(({ path, expected, reason, sha256, group }) => ({
    url: origin + path,
    expected,
    ...(reason ? { reason } : {}),
    ...(sha256 ? { sha256 } : {}),
    ...(group ? { group } : {}),
  }));
  return JSON.stringify({ version: MANIFEST_VERSION, name: NAME, license: LICENSE, urls });
}

/** `/urls.txt`: one URL a line, in the order of the manifest. */
export function writeUrlList(exhibits: readonly Exhibit[], origin: string): string {
  return exhibits.map(({ path }) => `${origin}${path}\n`).join('');
}

export const ROBOTS = 'User-agent: *\nAllow: /\n';

const STYLE = `
:root { color-scheme: dark light; --page: #161616; --line: #363636; --text: #edebe8; --muted: #a8a5a1; --accent: #ffb020; }
@media (prefers-color-scheme: light) {
  :root { --page: #f7f6f4; --line: #d9d5cf; --text: #1b1a18; --muted: #5a5752; --accent: #8a5200; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: var(--page); color: var(--text);
  font: 14px/20px 'Instrument Sans Variable', system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 20px; line-height: 28px; font-weight: 600; }
p { margin: 0 0 4px; color: var(--muted); max-width: 72ch; }
a { color: inherit; text-underline-offset: 3px; }
header { padding-bottom: 16px; margin-bottom: 16px; border-bottom: 1px solid var(--line); }
ul { display: flex; flex-wrap: wrap; gap: 4px; margin: 0; padding: 0; list-style: none; }
ul::after { content: ''; flex: 1000 1 0; }
li { flex: 1 1 auto; }
li a, li img { display: block; }
li img { height: 160px; width: 100%; border-radius: 2px; object-fit: cover; background: var(--line); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 600px) { body { padding: 12px; } li img { height: 96px; } }
`;

/** Policy of the front page: its own images, the empty data: icon and exactly its own style. */
export const FRONT_PAGE_POLICY = [
  "default-src 'none'",
  "img-src 'self' data:",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/`: the photographs as a contact sheet, each a link to its file. */
export function writeFrontPage(prints: readonly SiteFile[]): string {
  const items = prints.map(({ file, width, height, caption }) => {
    const image = `<img src="/photos/${file}" alt="${caption}" width="${width}" height="${height}" loading="lazy">`;
    return `<li><a href="/photos/${file}">${image}</a></li>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${NAME}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${NAME}</h1>
<p>${prints.length} crops of seven historic photographs, printed in different tones.
For crawlers: <a href="/manifest.json">manifest.json</a>, <a href="/urls.txt">urls.txt</a>.</p>
<p>${LICENSE}</p>
</header>
<main>
<ul>
${items.join('\n')}
</ul>
</main>
</body>
</html>
`;
}
