import { crc32 } from './crc32.ts';
import { type DeflatedEntry, type StoredEntry, ZipEntryError } from './entry.ts';

/** What a deflated member turned out to be. */
export interface DeflatedTotals {
  bytes: number;
  compressedBytes: number;
  crc32: number;
}

/** Yields the bytes of a stored member and throws ZipEntryError when they are not what it declared. */
export async function* readStored(entry: StoredEntry): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  let checksum = 0;
  for await (const chunk of iterate(await entry.open())) {
    bytes += chunk.length;
    if (bytes > entry.bytes)
      throw new ZipEntryError(entry.name, `more than the declared ${entry.bytes} bytes`);
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  if (bytes < entry.bytes)
    throw new ZipEntryError(entry.name, `${bytes} of the declared ${entry.bytes} bytes`);
  if (checksum !== entry.crc32) throw new ZipEntryError(entry.name, 'the CRC-32 is not the declared one');
}

/** Yields the compressed bytes of a member, chunk by chunk, and returns its totals. */
export async function* deflate(entry: DeflatedEntry): AsyncGenerator<Uint8Array, DeflatedTotals, undefined> {
  const totals = { bytes: 0, compressedBytes: 0, crc32: 0 };
  const chunks = entry.chunks[Symbol.asyncIterator]();
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) {
        controller.close();
        return;
      }
      totals.bytes += value.length;
      totals.crc32 = crc32(value, totals.crc32);
      // A copy, because a runtime may take ownership of what it is given.
      controller.enqueue(value.slice());
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  for await (const chunk of iterate(source.pipeThrough(new CompressionStream('deflate-raw')))) {
    totals.compressedBytes += chunk.length;
    yield chunk;
  }
  return totals;
}

/** Reads to the end, and cancels the stream when the consumer stops before it. */
async function* iterate(
  source: ReadableStream<Uint8Array> | Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) {
    yield source;
    return;
  }
  const reader = source.getReader();
  let isOpen = true;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        isOpen = false;
        return;
      }
      yield value;
    }
  } finally {
    if (isOpen) await reader.cancel().catch(() => undefined);
  }
}
