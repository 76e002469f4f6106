import { createGunzip, type Gunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { ReadStop } from './read-stop.ts';

/**
 * The bytes inside gzip, member after member (RFC 1952, 2.2). DecompressionStream refuses a second member and
 * drops what it had not handed out yet; zlib does neither, and inflates no faster than it is read. Throws ReadStop.
 */
export async function* gunzip(
  source: ByteSource,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const inflater = createGunzip();
  const feeding = feed(source, inflater);
  let left = maxBytes;
  try {
    for await (const chunk of inflater) {
      const piece: Uint8Array = chunk;
      yield piece.subarray(0, left);
      left -= piece.length;
      if (left < 0) throw new ReadStop('too_large', `more than ${maxBytes} bytes once decompressed`);
    }
  } catch (error) {
    if (error instanceof ReadStop) throw error;
    throw new ReadStop(
      'unreadable',
      `broken gzip: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    inflater.destroy();
    await source.cancel();
    await feeding;
  }
}

/** What goes wrong here reaches the reader of the inflater as its error. */
async function feed(source: ByteSource, inflater: Gunzip): Promise<void> {
  // A write that waits is never called back once the inflater is destroyed.
  const closed = new Promise<void>((resolve) => inflater.once('close', resolve));
  try {
    for (
      let piece = await source.next();
      piece !== null && !inflater.destroyed;
      piece = await source.next()
    ) {
      const bytes = piece;
      const written = new Promise<void>((resolve) => inflater.write(bytes, () => resolve()));
      await Promise.race([written, closed]);
    }
    inflater.end();
  } catch (error) {
    inflater.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
