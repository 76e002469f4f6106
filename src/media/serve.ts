import { AppError } from '../errors/app-error.ts';
import { matchesTag } from '../lib/entity-tag.ts';
import type { MediaVariant } from './signed-url.ts';
import type { ByteRange, MediaStore } from './store.ts';

/** Where the bytes are. */
type Source = Pick<MediaStore, 'get' | 'head'>;

interface ServeOptions {
  sha256: string;
  variant: MediaVariant;
  /** Conditional and range headers are read from it. */
  request: Request;
  contentDisposition?: string;
  /** Sent besides, also with 304. */
  headers?: Record<string, string>;
}

/**
 * The bytes that a Range header asks for, of an object of `size` bytes (RFC 9110 section 14.1.2): null for a
 * header that is to be ignored, which several ranges are here; `outside` for a range without a byte in it.
 */
export function parseRange(header: string, size: number): ByteRange | 'outside' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'outside' : { offset: size - length, length };
  }
  const offset = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < offset) return null;
  return offset >= size ? 'outside' : { offset, length: end - offset };
}

/**
 * One image with its validators: 304 without asking R2, 206 for a single range, 404 when the bytes are gone.
 * Content is named by its hash, so the tag is known beforehand and never changes.
 */
export async function serveMedia(store: Source, options: ServeOptions): Promise<Response> {
  const { sha256, variant, request } = options;
  const etag = tagOf(sha256, variant);
  const headers = new Headers({
    etag,
    'accept-ranges': 'bytes',
    // An image is never a page: nothing in it may run, whatever it claims to be.
    'content-security-policy': "default-src 'none'; sandbox",
    ...options.headers,
  });
  if (matchesTag(request.headers.get('if-none-match'), etag))
    return new Response(null, { status: 304, headers });
  if (options.contentDisposition) headers.set('content-disposition', options.contentDisposition);

  if (request.method === 'HEAD') return await describe(store, options, headers);

  const part = await findPart(store, options);
  const object = await store.get(sha256, variant, part ?? undefined);
  if (!object) throw new AppError('not_found', 'The image is no longer stored.');
  headers.set('content-type', object.httpMetadata?.contentType ?? 'application/octet-stream');
  headers.set('content-length', String(part?.length ?? object.size));
  if (!part) return new Response(object.body, { headers });
  headers.set('content-range', `bytes ${part.offset}-${part.offset + part.length - 1}/${object.size}`);
  return new Response(object.body, { status: 206, headers });
}

async function describe(store: Source, options: ServeOptions, headers: Headers): Promise<Response> {
  const object = await store.head(options.sha256, options.variant);
  if (!object) throw new AppError('not_found', 'The image is no longer stored.');
  headers.set('content-type', object.httpMetadata?.contentType ?? 'application/octet-stream');
  headers.set('content-length', String(object.size));
  return new Response(null, { headers });
}

/**
 * The part a request asks for, or null for the whole. Costs a look at the size, for R2 throws outside it. If-Range
 * compares strongly (RFC 9110 section 13.1.5): a weak tag names no part, nor does a date, for there is none to
 * compare it with.
 */
async function findPart(store: Source, options: ServeOptions): Promise<ByteRange | null> {
  const { sha256, variant, request } = options;
  const header = request.headers.get('range');
  const ifRange = request.headers.get('if-range');
  if (header === null || (ifRange !== null && ifRange !== tagOf(sha256, variant))) return null;
  const found = await store.head(sha256, variant);
  const range = found && parseRange(header, found.size);
  if (range !== 'outside') return range;
  throw new AppError('range_not_satisfiable', '', {
    headers: { 'content-range': `bytes */${found?.size}` },
  });
}

function tagOf(sha256: string, variant: MediaVariant): string {
  return variant === 'original' ? `"${sha256}"` : `"${sha256}-320"`;
}
