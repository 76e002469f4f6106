import { readBytes } from '../lib/read-bytes.ts';
import type { ByteBudget, ByteLease } from './byte-budget.ts';
import { type Answer, refuse, request, type Unfetched, type Way } from './request.ts';

export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
/** AVIF last: it gets no thumbnail here, and a server that negotiates has something else. */
const ACCEPT = 'image/jpeg,image/png,image/webp,image/gif;q=0.9,image/avif;q=0.7,image/*;q=0.5,*/*;q=0.1';

export interface Download {
  bytes: Uint8Array<ArrayBuffer>;
  finalUrl: string;
  redirects: string[];
  fetchedAt: Date;
  etag: string | null;
  xRobotsTag: string | null;
  /** The share of the byte budget that `bytes` holds; released when they are no longer needed. */
  lease: ByteLease;
}

export type Fetched = ({ kind: 'done' } & Download) | Unfetched;

export interface FetchOptions extends Way {
  budget: ByteBudget;
  maxBytes: number;
}

/**
 * Downloads one image with a byte cap and one deadline for all hops. Status, robots tag and length are judged
 * before the body is read. Never throws for anything the other side does.
 */
export async function fetchImage(address: string, options: FetchOptions): Promise<Fetched> {
  return await request(address, ACCEPT, options, async (answer) => ({
    kind: 'done' as const,
    ...(await readBody(answer, options)),
    finalUrl: answer.finalUrl,
    redirects: answer.redirects,
    fetchedAt: new Date(options.now()),
  }));
}

async function readBody(
  { response, body, untimed }: Answer,
  options: FetchOptions,
): Promise<Pick<Download, 'bytes' | 'lease' | 'etag' | 'xRobotsTag'>> {
  const { headers } = response;
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (length > options.maxBytes) {
    await body.cancel();
    throw refuse({ status: 'rejected', reason: 'too_large' }, `${length} bytes`);
  }
  // HTTP ends a body at its length; that of a compressed or chunked one says nothing about the bytes that come out.
  const isExact =
    !headers.has('content-encoding') && !headers.has('transfer-encoding') && !Number.isNaN(length);
  const { budget } = options;
  const share = isExact ? length : options.maxBytes;
  const lease = budget.tryTake(share) ?? (await untimed(async () => await budget.take(share)));
  try {
    const bytes = isExact
      ? new Uint8Array(await response.arrayBuffer())
      : await readUnknownLength(body, options.maxBytes);
    return { bytes, lease, etag: headers.get('etag'), xRobotsTag: headers.get('x-robots-tag') };
  } catch (error) {
    lease.release();
    throw error;
  }
}

/** By the piece, which costs more than all at once: only so is it bounded. */
async function readUnknownLength(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const bytes = await readBytes(reader, maxBytes);
  if (bytes !== null) return bytes;
  await reader.cancel();
  throw refuse({ status: 'rejected', reason: 'too_large' }, `more than ${maxBytes} bytes`);
}
