import { ReadStop } from './read-stop.ts';

/** How far browsers look for a `meta charset` before they parse. */
export const CHARSET_PROBE_BYTES = 1_024;

/**
 * The encoding of a page by the rules of https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding:
 * byte order mark, then content type, then `meta`; without any, UTF-8. Throws ReadStop for the few
 * that HTMLRewriter cannot read, which are not supersets of ASCII.
 */
export function charsetOf(head: Uint8Array, contentType: string | null): string {
  const isMarked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  const charset =
    (isMarked ? 'utf-8' : markedUtf16(head)) ?? known(contentType) ?? knownInMeta(head) ?? 'utf-8';
  if (/^utf-16|^iso-2022|^replacement$/.test(charset)) {
    throw new ReadStop('unreadable', `pages in ${charset} are not read`);
  }
  return charset;
}

function markedUtf16(head: Uint8Array): string | null {
  const mark = ((head[0] ?? 0) << 8) | (head[1] ?? 0);
  return mark === 0xfeff || mark === 0xfffe ? 'utf-16' : null;
}

/** A page that can say so in ASCII is not in UTF-16. */
function knownInMeta(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head);
  const meta = /<meta\s[^>]{0,500}charset[^>]{0,60}/i.exec(text)?.[0] ?? null;
  const charset = known(meta);
  return charset?.startsWith('utf-16') ? 'utf-8' : charset;
}

function known(text: string | null): string | null {
  const label = /charset\s*=\s*["']?([\w:.-]{1,40})/i.exec(text ?? '')?.[1];
  if (label === undefined) return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}
