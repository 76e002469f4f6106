import { fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

const VERSION = 'v1:';

/** An opaque keyset cursor: the sort key of the last row of a page. */
export function encodeCursor(key: string): string {
  return toBase64Url(utf8(VERSION + key));
}

/** The sort key inside a cursor, or null when the text is not a cursor whose key matches `pattern`. */
export function decodeCursor(cursor: string, pattern: RegExp): string | null {
  const bytes = fromBase64Url(cursor);
  if (!bytes) return null;
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith(VERSION)) return null;
  const key = text.slice(VERSION.length);
  return pattern.test(key) ? key : null;
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

/** Makes a page of `rows` that were read with `limit + 1`: the extra row says that there is a next page. */
export function toPage<T>(rows: T[], limit: number, keyOf: (row: T) => string): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}
