import { AppError, invalidField } from '../errors/app-error.ts';
import { DeadlineError, withDeadline } from '../lib/deadline.ts';
import { readBytes } from '../lib/read-bytes.ts';

/**
 * Reads a request's body whole, chunk by counted chunk; no body is no bytes. Errors: `payload_too_large` as soon as
 * the count passes `maxBytes`, `invalid_request` when it breaks off, `request_timeout` when it takes longer than
 * `deadlineMs`.
 */
export async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  deadlineMs: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!body) return new Uint8Array(0);
  const reader = body.getReader();
  try {
    const bytes = await withDeadline(readBytes(reader, maxBytes), deadlineMs, 'the sender');
    if (bytes) return bytes;
    throw new AppError('payload_too_large', `The limit is ${maxBytes / 1024 / 1024} MiB.`);
  } catch (error) {
    // What else the sender has is not waited for, and a stream that failed cannot be cancelled.
    reader.cancel().catch(() => undefined);
    if (error instanceof AppError) throw error;
    if (!(error instanceof DeadlineError)) throw invalidField('body', 'broke off');
    throw new AppError('request_timeout', `The body did not arrive within ${deadlineMs / 1000} s.`, {
      cause: error,
    });
  }
}
