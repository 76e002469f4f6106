import { utf8 } from '../../lib/bytes.ts';

/** Octets that are data wherever they stand: neither unreserved nor a delimiter of paths and queries. */
const DATA = /%[\da-f]{2}|[^\w.~\-/?&=+;*$]/gi;
const UNRESERVED = /[\w.~-]/;

/** Each octet as one character, so that text of any or no encoding keeps its octets. */
export function toOctets(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  }
  return pieces.join('');
}

export function percentEncode(octet: string): string {
  return `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * A path pattern in the one spelling that is compared (RFC 9309 §2.2.2, figure 4): data octets percent-encoded,
 * unreserved ones not. `*` and a final `$` keep their meaning; both escaped are themselves (§2.2.3).
 */
export function encodePattern(octets: string): string {
  const pattern = encodeData(octets)
    .replaceAll(/\*+/g, '*')
    .replaceAll(/\$(?!$)/g, '%24');
  return encodeQuery(pattern);
}

/**
 * The spellings of a path with query that a pattern may match. `/` and `?` within a query are data, which a
 * pattern with a `?` of its own says encoded; one that reaches the query through a `*` may say them either way.
 */
export function encodePath(pathAndQuery: string): string[] {
  const plain = encodeData(toOctets(utf8(pathAndQuery))).replaceAll(/[*$]/g, percentEncode);
  const encoded = encodeQuery(plain);
  return plain === encoded ? [plain] : [plain, encoded];
}

function encodeData(octets: string): string {
  return octets.replaceAll(DATA, (part) => {
    if (part.length === 1) return percentEncode(part);
    const octet = String.fromCharCode(Number.parseInt(part.slice(1), 16));
    return UNRESERVED.test(octet) ? octet : part.toUpperCase();
  });
}

function encodeQuery(path: string): string {
  const query = path.indexOf('?') + 1;
  return query === 0 ? path : path.slice(0, query) + path.slice(query).replaceAll(/[/?]/g, percentEncode);
}
