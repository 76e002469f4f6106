type BadLineReason = 'several' | 'noScheme' | 'scheme' | 'credentials' | 'tooLong' | 'malformed';

export interface BadLine {
  /** Counted from 1, as an editor shows it. */
  line: number;
  text: string;
  reason: BadLineReason;
}

export interface UrlList {
  /** Normalised and distinct, in the order given. */
  urls: string[];
  badLines: BadLine[];
  duplicates: number;
}

const MAX_URL_LENGTH = 2_048;

function checkLine(text: string): { url: string } | { reason: BadLineReason } {
  if (text.length > MAX_URL_LENGTH) return { reason: 'tooLong' };
  if (/\s|[,;]https?:/i.test(text)) return { reason: 'several' };
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text) || /^[^/]+:\d+(\/|$)/.test(text)) return { reason: 'noScheme' };
  if (!/^https?:\/\//i.test(text)) return { reason: /^https?:/i.test(text) ? 'malformed' : 'scheme' };
  if (!URL.canParse(text)) return { reason: 'malformed' };
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return { reason: 'credentials' };
  // A fragment is never sent to the site, so two addresses that differ only there are one.
  url.hash = '';
  // Escaped, a letter takes up to nine characters.
  return url.href.length > MAX_URL_LENGTH ? { reason: 'tooLong' } : { url: url.href };
}

/** Reads one address per line; blank lines and lines that start with # are ignored. */
export function parseUrlList(text: string): UrlList {
  const urls = new Set<string>();
  const badLines: BadLine[] = [];
  let duplicates = 0;
  text.split(/\r\n|\r|\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const result = checkLine(line);
    if ('reason' in result) badLines.push({ line: index + 1, text: line, reason: result.reason });
    else if (urls.has(result.url)) duplicates += 1;
    else urls.add(result.url);
  });
  return { urls: [...urls], badLines, duplicates };
}
