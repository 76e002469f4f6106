export const MAX_TEXT_LENGTH = 500;

/** An image that a page, a sitemap or a list names, with what was said about it there. */
export interface Candidate {
  /** Canonical, see canonicalUrl. */
  url: string;
  pageUrl: string | null;
  alt: string | null;
  caption: string | null;
  licenseUrl: string | null;
}

/**
 * The one spelling of a text: white space and control characters folded, trimmed, at most MAX_TEXT_LENGTH
 * characters, no half of a surrogate pair (neither JSON in Postgres nor UTF-8 can hold one). Null when nothing
 * is left.
 */
export function foldText(text: string): string | null {
  const folded = text
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed()
    .trimEnd();
  return folded === '' ? null : folded;
}
