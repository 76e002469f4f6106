/** Longer addresses are refused: no index and no log should carry them. */
export const MAX_URL_LENGTH = 2_048;

/**
 * The one spelling of an address, by which equal addresses are recognised: WHATWG serialisation without the
 * fragment. Null when it is not an http or https address without credentials.
 */
export function canonicalUrl(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > MAX_URL_LENGTH || !URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.username || url.password || !url.hostname) return null;
  url.hash = '';
  return url.href.length > MAX_URL_LENGTH ? null : url.href;
}
