import { createHash } from 'node:crypto';

/** The console's colours: the same values as in console/src/styles/tokens.css, of which this page loads no file. */
export const PAGE_STYLE = `
:root {
  color-scheme: dark light;
  --page: light-dark(#f7f6f4, #161616);
  --well: light-dark(#edebe7, #0f0f0f);
  --text: light-dark(#1b1a18, #edebe8);
  --muted: light-dark(#5a5752, #a8a5a1);
  --accent: light-dark(#8a5200, #ffb020);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 450 14px/20px system-ui, sans-serif; }
header, main, footer { max-width: 1440px; margin: 0 auto; padding: 16px; }
h1 { margin: 0 0 8px; font-size: 28px; line-height: 32px; font-weight: 600; overflow-wrap: anywhere; }
header p { margin: 0; max-width: 72ch; color: var(--muted); white-space: pre-line; overflow-wrap: anywhere; }
ul { display: flex; flex-wrap: wrap; gap: 24px 4px; margin: 0; padding: 0; list-style: none; }
li { flex: 1 1 200px; max-width: 360px; min-width: 0; }
figure { margin: 0; }
figure > a { display: flex; height: 200px; background: var(--well); border-radius: 2px; }
img { width: 100%; height: 100%; object-fit: contain; }
figcaption { padding-top: 4px; font-size: 12px; line-height: 16px; color: var(--muted); overflow-wrap: anywhere; }
figcaption span { display: block; }
a { color: inherit; }
figcaption a, nav a, footer a { display: inline-block; min-height: 24px; }
nav { padding-top: 24px; font-size: 16px; }
nav a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { color: var(--muted); font-size: 12px; }
`;

const hash = createHash('sha256').update(PAGE_STYLE).digest('base64');

/** The page shows its own images in its own style, and does nothing else. */
export const PAGE_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "img-src 'self'",
  `style-src 'sha256-${hash}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
