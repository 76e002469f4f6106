import { createHash } from 'node:crypto';

export const SITE_NAME = 'Darkroom sample photographs';

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
img { max-width: 100%; vertical-align: top; }
body > img, picture img, figure img { height: 160px; width: auto; border-radius: 2px; }
figure { margin: 8px 0; }
li a, li img { display: block; }
li img { height: 160px; width: 100%; border-radius: 2px; object-fit: cover; background: var(--line); }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 600px) { body { padding: 12px; } li img { height: 96px; } }
`;

/** Policy of the pages: images of the site, the empty data: icon and exactly the style above. */
export function writePagePolicy(origins: readonly string[]): string {
  return [
    "default-src 'none'",
    `img-src ${origins.join(' ')} data:`,
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A page of the site. `title` comes before the site's name, `head` holds further elements of the head. */
export function writePage({
  title,
  head = '',
  body,
}: {
  title?: string;
  head?: string;
  body: string;
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title ? `${title} - ${SITE_NAME}` : SITE_NAME}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
${head}</head>
<body>
${body}
</body>
</html>
`;
}
