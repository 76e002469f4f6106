import type { Candidate } from './candidate.ts';
import { hasImageExtension, resolveUrl } from './image-url.ts';

/** One address that a sitemap lists. A page tells how many images the sitemap itself gave for it. */
export type SitemapEntry =
  | { kind: 'sitemap'; url: string }
  | { kind: 'image'; candidate: Candidate }
  | { kind: 'page'; url: string; images: number };

/** Takes the text of a sitemap in pieces; what is read is kept until it is taken. Both throw ReadStop. */
export interface SitemapParser {
  push(piece: string): void;
  finish(): void;
  /** What was read since. */
  take(): SitemapEntry[];
  /** Entries without a usable address. */
  skipped(): number;
}

/** The entry of an address that stands for itself: an image by its name, else a page. */
export function entryOf(url: string, images: number): SitemapEntry {
  if (images > 0 || !hasImageExtension(url)) return { kind: 'page', url, images };
  return { kind: 'image', candidate: { url, pageUrl: null, alt: null, caption: null, licenseUrl: null } };
}

/** The address, or null also when it is the sitemap itself. */
export function resolveEntry(text: string, sitemapUrl: string): string | null {
  const url = resolveUrl(text, sitemapUrl);
  return url === null || url === resolveUrl(sitemapUrl, sitemapUrl) ? null : url;
}
