import { byteStream } from '../../lib/byte-stream.ts';
import type { ZipEntry } from './entry.ts';
import { writeArchive } from './write-archive.ts';

/**
 * A ZIP archive as a byte stream, in chunks of 64 KiB. Nothing is read from `entries` until the consumer
 * asks for a chunk, and cancelling returns the iterator and closes the member that is open. Names are
 * UTF-8; zip64 is used from 65,535 members or 4 GiB on. The stream errors with ZipEntryError when a
 * member is not what it declared, and with whatever `entries` or `open()` throw.
 */
export function zipStream(entries: AsyncIterable<ZipEntry>): ReadableStream<Uint8Array> {
  return byteStream(writeArchive(entries));
}
