import { createHash } from 'node:crypto';

const TAGS = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

/**
 * Whether an If-None-Match header names the tag: `*`, or a list of tags, compared weakly (RFC 9110 section 13.1.2).
 * What is no tag in the list counts for nothing.
 */
export function matchesTag(header: string | null, etag: string): boolean {
  if (!header) return false;
  if (header.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return (header.match(TAGS) ?? []).some((tag) => tag.replace(/^W\//, '') === opaque);
}

/**
 * A weak tag of a body (a text as UTF-8), from its first 128 bits of SHA-256: weak, because whoever compresses the body on its way changes
 * its bytes and not what it says.
 */
export function weakTagOf(body: Uint8Array | string): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}
