import { formatBookmark, parseBookmark, type Bookmark } from '../lib/bookmark.ts';

/** A value as it was read from the database, and how long it is good for. */
export interface Entry<T> {
  /** The oldest transaction that was still running when it was read: everything before is in it. */
  readAt: Bookmark;
  /** Milliseconds since the epoch, as the other two. */
  storedAt: number;
  /** Until then it is used as it is. */
  freshUntil: number;
  /** Until then it is used while it is read anew, or while that is not possible. */
  staleUntil: number;
  /** Null: there is no such thing. */
  value: T | null;
}

/** JSON that is shorter costs less than its compression. */
const MIN_COMPRESSED_LENGTH = 4_096;

/** As text: a line with everything but the value, then its `json`, or, where `gzip` stands, that in base64. */
export async function encodeEntry(
  { readAt, storedAt, freshUntil, staleUntil }: Omit<Entry<unknown>, 'value'>,
  json: string,
): Promise<string> {
  const isLong = json.length >= MIN_COMPRESSED_LENGTH;
  const head = [formatBookmark(readAt), storedAt, freshUntil, staleUntil, isLong ? 'gzip' : 'json'].join(' ');
  return `${head}\n${isLong ? await compress(json) : json}`;
}

const HEAD = /^(\d+\.\d+) (\d+) (\d+) (\d+) (json|gzip)$/;

/** The entry, its value checked by `parse`, which throws; null for a text that is none. */
export async function decodeEntry<T>(text: string, parse: (value: unknown) => T): Promise<Entry<T> | null> {
  const end = text.indexOf('\n');
  const [, position = '', storedAt, freshUntil, staleUntil, encoding] = HEAD.exec(text.slice(0, end)) ?? [];
  const readAt = parseBookmark(position);
  if (end < 0 || !readAt) return null;
  try {
    const body = text.slice(end + 1);
    const value: unknown = JSON.parse(encoding === 'gzip' ? await decompress(body) : body);
    return {
      readAt,
      storedAt: Number(storedAt),
      freshUntil: Number(freshUntil),
      staleUntil: Number(staleUntil),
      value: value === null ? null : parse(value),
    };
  } catch {
    return null;
  }
}

async function compress(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return Buffer.from(await new Response(stream).arrayBuffer()).toString('base64');
}

async function decompress(base64: string): Promise<string> {
  const stream = new Blob([Buffer.from(base64, 'base64')])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  return await new Response(stream).text();
}
