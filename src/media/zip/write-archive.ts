import { ByteList } from './byte-list.ts';
import {
  type DeflatedEntry,
  type StoredEntry,
  type WrittenEntry,
  type ZipEntry,
  ZipEntryError,
} from './entry.ts';
import { deflate, readStored } from './member-data.ts';
import { encodeName } from './name.ts';
import { centralHeader, dataDescriptor, endRecords, localHeader } from './record.ts';

const MAX_UINT32 = 0xffffffff;

type Pieces<T> = AsyncGenerator<Uint8Array, T, undefined>;

/** A finished member and the bytes it takes in the archive, headers included. */
interface Written {
  entry: WrittenEntry;
  archiveBytes: number;
}

/**
 * Yields an archive piece by piece. Memory grows by the central directory alone: 46 bytes and the name
 * per member, 12 more past 4 GiB. Members are opened one after the other.
 */
export async function* writeArchive(entries: AsyncIterable<ZipEntry>): Pieces<void> {
  const directory = new ByteList();
  let offset = 0;
  let count = 0;
  for await (const entry of entries) {
    const written: Written =
      entry.kind === 'stored' ? yield* writeStored(entry, offset) : yield* writeDeflated(entry, offset);
    directory.append(centralHeader(written.entry));
    offset += written.archiveBytes;
    count++;
  }
  yield* directory.pieces();
  yield endRecords(count, directory.length, offset);
}

async function* writeStored(entry: StoredEntry, offset: number): Pieces<Written> {
  const { modifiedAt, bytes, crc32 } = entry;
  const name = encodeName(entry.name);
  const header = localHeader({ name, modifiedAt, method: 'stored', isHuge: false, known: { bytes, crc32 } });
  yield header;
  yield* readStored(entry);
  return {
    entry: {
      name,
      modifiedAt,
      method: 'stored',
      isHuge: false,
      crc32,
      compressedBytes: bytes,
      bytes,
      offset,
    },
    archiveBytes: header.length + bytes,
  };
}

async function* writeDeflated(entry: DeflatedEntry, offset: number): Pieces<Written> {
  const { modifiedAt, isHuge = false } = entry;
  const name = encodeName(entry.name);
  const header = localHeader({ name, modifiedAt, method: 'deflated', isHuge, known: null });
  yield header;
  const totals = yield* deflate(entry);
  if (!isHuge && Math.max(totals.bytes, totals.compressedBytes) >= MAX_UINT32) {
    throw new ZipEntryError(entry.name, 'reached 4 GiB without being announced as huge');
  }
  const written: WrittenEntry = { name, modifiedAt, method: 'deflated', isHuge, ...totals, offset };
  const descriptor = dataDescriptor(written);
  yield descriptor;
  return { entry: written, archiveBytes: header.length + totals.compressedBytes + descriptor.length };
}
