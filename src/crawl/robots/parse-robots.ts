import { canonicalUrl } from '../canonical-url.ts';
import { encodePattern, percentEncode, toOctets } from './encode-path.ts';

/** The name under which a site gives us rules; part of the user agent that we send (RFC 9309 §2.2.1). */
export const PRODUCT_TOKEN = 'DarkroomBot';
/** What lies beyond is not read (RFC 9309 §2.5 asks for at least this much). */
export const MAX_ROBOTS_BYTES = 500 * 1024;
/** A site that asks for more is asked this often all the same, or a job could take years. */
const MAX_CRAWL_DELAY_MS = 60_000;
const MAX_SITEMAPS = 100;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** What a robots.txt says to us. Plain JSON, under 2 MB whatever the file. */
export interface RobotsRules {
  /** Patterns in the spelling that `isAllowed` compares, the longest first. */
  allow: string[];
  disallow: string[];
  /** The least time between two requests; not in the RFC, honoured up to 60 s. */
  crawlDelayMs: number | null;
  /** Canonical addresses, whatever the group; the first 100. */
  sitemaps: string[];
}

interface Group {
  allow: Set<string>;
  disallow: Set<string>;
  crawlDelayMs: number | null;
}

/**
 * The rules of a robots.txt for our product token, or those for `*` when no group names it (RFC 9309). Groups
 * of the same agent count as one; what is no rule is passed over. Any bytes are a robots.txt.
 */
export function parseRobots(bytes: Uint8Array): RobotsRules {
  const ours: Group = { allow: new Set(), disallow: new Set(), crawlDelayMs: null };
  const everyones: Group = { allow: new Set(), disallow: new Set(), crawlDelayMs: null };
  const sitemaps = new Set<string>();
  /** The groups that the lines at hand belong to; a further user-agent line adds to them until a rule came. */
  let current = new Set<Group>();
  let isNaming = false;
  let isNamed = false;

  for (const line of readableText(bytes).split(/\r\n|[\r\n]/)) {
    const { key, value } = readLine(line);
    if (key === 'user-agent') {
      if (!isNaming) current = new Set();
      isNaming = true;
      const isOurs = productTokenOf(value) === PRODUCT_TOKEN.toLowerCase();
      if (isOurs) current.add(ours);
      if (/^\*(?:[ \t]|$)/.test(value)) current.add(everyones);
      isNamed ||= isOurs;
    } else if (key === 'allow' || key === 'disallow') {
      isNaming = false;
      // A path starts with a slash; a leading star is common and stands for one.
      if (current.size === 0 || !/^[/*]/.test(value)) continue;
      const pattern = encodePattern(value);
      for (const group of current) group[key].add(pattern);
    } else if (key === 'crawl-delay' && /^\d*\.?\d+$/.test(value)) {
      const delayMs = Math.min(Math.ceil(Number(value) * 1_000), MAX_CRAWL_DELAY_MS);
      for (const group of current) group.crawlDelayMs = Math.max(group.crawlDelayMs ?? 0, delayMs);
    } else if (key === 'sitemap' && sitemaps.size < MAX_SITEMAPS) {
      const address = canonicalUrl(value.replaceAll(/[^\u0020-\u007e]/g, percentEncode));
      if (address !== null) sitemaps.add(address);
    }
  }

  const { allow, disallow, crawlDelayMs } = isNamed ? ours : everyones;
  return {
    allow: longestFirst(allow),
    disallow: longestFirst(disallow),
    crawlDelayMs,
    sitemaps: [...sitemaps],
  };
}

/** The file as octets, without the mark of UTF-8 and, when it is too long, without the line that is cut. */
function readableText(bytes: Uint8Array): string {
  let text = toOctets(bytes.subarray(0, MAX_ROBOTS_BYTES + 1));
  if (text.length > MAX_ROBOTS_BYTES) {
    text = text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'), 0));
  }
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
}

function readLine(line: string): { key: string; value: string } {
  const comment = line.indexOf('#');
  const text = comment < 0 ? line : line.slice(0, comment);
  const colon = text.indexOf(':');
  if (colon < 0) return { key: '', value: '' };
  return { key: trimBlanks(text.slice(0, colon)).toLowerCase(), value: trimBlanks(text.slice(colon + 1)) };
}

/** Spaces and tabs only: to `trim` the octet A0, the end of many a letter, is a space as well. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Many files name an agent with its version, `Name/1.0`; the token ends before it. */
function productTokenOf(value: string): string {
  return (/^[a-z_-]+(?![\w-])/i.exec(value)?.[0] ?? '').toLowerCase();
}

function longestFirst(patterns: Set<string>): string[] {
  return [...patterns].sort((a, b) => b.length - a.length);
}
