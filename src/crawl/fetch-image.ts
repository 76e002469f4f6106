import { guardAddress } from './address-guard.ts';
import type { ByteBudget, ByteLease } from './byte-budget.ts';

export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
export const MAX_REDIRECTS = 4;
/** From the first request to the last byte. */
export const FETCH_DEADLINE_MS = 15_000;

/** Error 1016 of https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/. */
const EDGE_DNS_STATUS = 530;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export type FetchFailure =
  | { status: 'blocked'; reason: 'private_address' | 'policy' }
  | { status: 'rejected'; reason: 'too_large' | 'not_image' }
  | { status: 'failed'; reason: 'dns' | 'timeout' | 'tls' | 'http_4xx' | 'http_5xx' | 'reset' | 'redirects' };

export type Fetched =
  | {
      ok: true;
      bytes: Uint8Array<ArrayBuffer>;
      finalUrl: string;
      redirects: string[];
      fetchedAt: Date;
      /** The share of the byte budget that `bytes` holds; released when they are no longer needed. */
      lease: ByteLease;
    }
  | { ok: false; failure: FetchFailure; detail: string };

/** Says who fetches, and where to find those who run this instance. */
export function userAgentOf(publicUrl: string): string {
  return `DarkroomBot/0.1 (+${publicUrl}; image dataset collection)`;
}

interface FetchOptions {
  userAgent: string;
  allowedOrigins: readonly string[];
  budget: ByteBudget;
  now(): number;
}

class FetchStop extends Error {
  readonly failure: FetchFailure;
  constructor(failure: FetchFailure, detail: string) {
    super(detail);
    this.failure = failure;
  }
}

/**
 * Downloads one image under the address guard, a byte cap and one deadline for all hops. Status, type and
 * length are judged before the body is read. Never throws for anything the other side does.
 */
export async function fetchImage(address: string, options: FetchOptions): Promise<Fetched> {
  const deadline = AbortSignal.timeout(FETCH_DEADLINE_MS);
  try {
    return await follow(address, options, deadline);
  } catch (error) {
    if (error instanceof FetchStop) return { ok: false, failure: error.failure, detail: error.message };
    return { ok: false, ...classifyNetworkError(error, deadline.aborted) };
  }
}

async function follow(address: string, options: FetchOptions, deadline: AbortSignal): Promise<Fetched> {
  const redirects: string[] = [];
  for (let url = new URL(address); ;) {
    const verdict = guardAddress(url, options.allowedOrigins);
    if (!verdict.ok) throw new FetchStop({ status: 'blocked', reason: verdict.reason }, verdict.detail);
    const response = await ask(url.href, options.userAgent, deadline);
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) {
      const body = await readBody(response, options.budget);
      return { ok: true, ...body, finalUrl: url.href, redirects, fetchedAt: new Date(options.now()) };
    }
    await response.body?.cancel();
    if (redirects.length >= MAX_REDIRECTS || !URL.canParse(location, url.href)) {
      throw new FetchStop(
        { status: 'failed', reason: 'redirects' },
        `more than ${MAX_REDIRECTS} redirects, or one to nowhere`,
      );
    }
    redirects.push(url.href);
    url = new URL(location, url);
    url.hash = '';
  }
}

/**
 * Asks once more when the connection broke before an answer: a server may close a kept connection at the moment
 * it is used again, which says nothing about the image.
 */
async function ask(address: string, userAgent: string, deadline: AbortSignal): Promise<Response> {
  const send = () =>
    fetch(address, {
      redirect: 'manual',
      signal: deadline,
      headers: { 'user-agent': userAgent, accept: 'image/jpeg,image/png,image/*;q=0.8,*/*;q=0.1' },
    });
  try {
    return await send();
  } catch (error) {
    const { failure } = classifyNetworkError(error, deadline.aborted);
    if (failure.reason !== 'reset') throw error;
    return await send();
  }
}

async function readBody(
  response: Response,
  budget: ByteBudget,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; lease: ByteLease }> {
  const refuse = async (failure: FetchFailure, detail: string): Promise<never> => {
    await response.body?.cancel();
    throw new FetchStop(failure, detail);
  };
  const { status, headers } = response;
  if (status === EDGE_DNS_STATUS)
    return await refuse({ status: 'failed', reason: 'dns' }, 'the host was not found');
  if (status >= 500)
    return await refuse({ status: 'failed', reason: 'http_5xx' }, `the server answered ${status}`);
  if (status >= 400)
    return await refuse({ status: 'failed', reason: 'http_4xx' }, `the server answered ${status}`);
  if (status !== 200)
    return await refuse({ status: 'rejected', reason: 'not_image' }, `the server answered ${status}`);
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (length > MAX_IMAGE_BYTES)
    return await refuse({ status: 'rejected', reason: 'too_large' }, `${length} bytes`);
  if (!response.body) throw new FetchStop({ status: 'rejected', reason: 'not_image' }, 'no bytes');

  // The length of a compressed or chunked body says nothing about the bytes that come out of it.
  const isExact =
    !headers.has('content-encoding') && !headers.has('transfer-encoding') && !Number.isNaN(length);
  const lease = await budget.take(isExact ? length : MAX_IMAGE_BYTES);
  try {
    return { bytes: await readCapped(response.body), lease };
  } catch (error) {
    lease.release();
    throw error;
  }
}

async function readCapped(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    total += read.value.byteLength;
    if (total > MAX_IMAGE_BYTES) {
      await reader.cancel();
      throw new FetchStop({ status: 'rejected', reason: 'too_large' }, `more than ${MAX_IMAGE_BYTES} bytes`);
    }
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** workerd tells the kinds of failure apart only by the words of its messages. */
export function classifyNetworkError(
  error: unknown,
  isLate: boolean,
): { failure: FetchFailure; detail: string } {
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  const failed = (reason: Extract<FetchFailure, { status: 'failed' }>['reason'], detail: string) => ({
    failure: { status: 'failed', reason } as const,
    detail,
  });
  if (isLate || /timed? ?out|abort/i.test(text))
    return failed('timeout', `no complete answer within ${FETCH_DEADLINE_MS / 1000} s`);
  // workerd calls a failed look-up an internal error; Cloudflare's edge answers with 530 instead.
  if (/dns|lookup|internal error/i.test(text)) return failed('dns', 'the host was not found');
  if (/tls|ssl|certificate/i.test(text)) return failed('tls', 'no trusted secure connection');
  return failed('reset', 'the connection was refused or broken off');
}
