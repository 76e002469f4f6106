/** A member whose bytes are stored as they are; the size and CRC-32 are known beforehand and verified. */
export interface StoredEntry {
  kind: 'stored';
  /** Path inside the archive; made safe before it is written. */
  name: string;
  modifiedAt: Date;
  bytes: number;
  crc32: number;
  /** Called when the member's turn comes, at most once. */
  open(): Promise<ReadableStream<Uint8Array> | Uint8Array>;
}

/** A member of unknown size that is compressed while it is produced. */
export interface DeflatedEntry {
  kind: 'deflated';
  name: string;
  modifiedAt: Date;
  chunks: AsyncIterable<Uint8Array>;
  /**
   * Set when the member may reach 4 GiB: its descriptor is then written in the zip64 form, which must be
   * announced before the size is known and which some old streaming readers do not understand.
   */
  isHuge?: boolean;
}

/** One member of an archive. Names must be unique; they are not remembered, to keep memory small. */
export type ZipEntry = StoredEntry | DeflatedEntry;

/** What the central directory needs to know of a member that has been written. */
export interface WrittenEntry {
  name: Uint8Array;
  modifiedAt: Date;
  method: 'stored' | 'deflated';
  isHuge: boolean;
  crc32: number;
  compressedBytes: number;
  bytes: number;
  /** Offset of the local header from the start of the archive. */
  offset: number;
}

/** A member was not what its entry said, or grew past what its header can express. */
export class ZipEntryError extends Error {
  constructor(name: string, detail: string) {
    super(`zip member ${name}: ${detail}`);
    this.name = 'ZipEntryError';
  }
}
