import { canonicalUrl, MAX_URL_LENGTH } from '../canonical-url.ts';

const IMAGE_EXTENSION =
  /\.(?:jpe?g|jpe|jfif|pjpe?g|png|apng|gif|webp|avif|heic|heif|jxl|jp2|bmp|tiff?|svg|ico)$/i;

/**
 * The canonical form of an address that stands in a document, or null when it leads to no image: a fragment of
 * the document itself, `data:`, `blob:`, too long, with credentials.
 */
export function resolveUrl(text: string, baseUrl: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#') || trimmed.length > MAX_URL_LENGTH) return null;
  return URL.canParse(trimmed, baseUrl) ? canonicalUrl(new URL(trimmed, baseUrl).href) : null;
}

/**
 * Whether an absolute URL ends like an image file. A colon in its last part is the page of a wiki about a file
 * (`/wiki/File:Cat.jpg`), which is HTML.
 */
export function hasImageExtension(url: string): boolean {
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  return IMAGE_EXTENSION.test(name) && !/:|%3a/i.test(name);
}
