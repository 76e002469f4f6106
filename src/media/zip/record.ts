import type { WrittenEntry } from './entry.ts';

/*
 * The records of APPNOTE 6.3.10. Numbers are little-endian; a value that does not fit its 32-bit field
 * is written as all ones and its 64-bit form goes to a zip64 extra field.
 */

const MAX_UINT16 = 0xffff;
const MAX_UINT32 = 0xffffffff;
const VERSION_DEFLATE = 20;
const VERSION_ZIP64 = 45;
/** "Made by" Unix, so that the permissions below are honoured. */
const MADE_BY_UNIX = 3 << 8;
const REGULAR_FILE_0644 = 0o100644 * 0x10000;
const FLAG_DESCRIPTOR = 0x0008;
const FLAG_UTF8 = 0x0800;
const METHODS = { stored: 0, deflated: 8 } as const;

/** What the local header of a member needs; sizes and CRC are null when a descriptor will follow. */
export interface LocalHeader {
  name: Uint8Array;
  modifiedAt: Date;
  method: 'stored' | 'deflated';
  isHuge: boolean;
  known: { bytes: number; crc32: number } | null;
}

/** Section 4.3.7. */
export function localHeader({ name, modifiedAt, method, isHuge, known }: LocalHeader): Uint8Array {
  const size = known?.bytes ?? 0;
  const isZip64 = isHuge || size >= MAX_UINT32;
  const field = isZip64 ? MAX_UINT32 : size;
  const time = dosTime(modifiedAt);
  return new RecordWriter(30 + name.length + (isZip64 ? 20 : 0))
    .u32(0x04034b50)
    .u16(isZip64 ? VERSION_ZIP64 : VERSION_DEFLATE)
    .u16(known === null ? FLAG_UTF8 | FLAG_DESCRIPTOR : FLAG_UTF8)
    .u16(METHODS[method])
    .u16(time.time)
    .u16(time.date)
    .u32(known?.crc32 ?? 0)
    .u32(field)
    .u32(field)
    .u16(name.length)
    .u16(isZip64 ? 20 : 0)
    .raw(name)
    .zip64Extra(isZip64 ? [size, size] : [])
    .finish();
}

/** Section 4.3.9: sizes take eight bytes exactly when the local header has a zip64 field. */
export function dataDescriptor({ crc32, compressedBytes, bytes, isHuge }: WrittenEntry): Uint8Array {
  const writer = new RecordWriter(isHuge ? 24 : 16).u32(0x08074b50).u32(crc32);
  return isHuge
    ? writer.u64(compressedBytes).u64(bytes).finish()
    : writer.u32(compressedBytes).u32(bytes).finish();
}

/** Section 4.3.12. */
export function centralHeader(entry: WrittenEntry): Uint8Array {
  const { name, modifiedAt, method, crc32, compressedBytes, bytes, offset, isHuge } = entry;
  const large = [bytes, compressedBytes, offset].filter((value) => value >= MAX_UINT32);
  const extraBytes = large.length === 0 ? 0 : 4 + large.length * 8;
  const version = isHuge || large.length > 0 ? VERSION_ZIP64 : VERSION_DEFLATE;
  const time = dosTime(modifiedAt);
  return new RecordWriter(46 + name.length + extraBytes)
    .u32(0x02014b50)
    .u16(MADE_BY_UNIX | VERSION_ZIP64)
    .u16(version)
    .u16(method === 'deflated' ? FLAG_UTF8 | FLAG_DESCRIPTOR : FLAG_UTF8)
    .u16(METHODS[method])
    .u16(time.time)
    .u16(time.date)
    .u32(crc32)
    .u32(Math.min(compressedBytes, MAX_UINT32))
    .u32(Math.min(bytes, MAX_UINT32))
    .u16(name.length)
    .u16(extraBytes)
    .u16(0) // comment length
    .u16(0) // disk number
    .u16(0) // internal attributes
    .u32(REGULAR_FILE_0644)
    .u32(Math.min(offset, MAX_UINT32))
    .raw(name)
    .zip64Extra(large)
    .finish();
}

/** Sections 4.3.14 to 4.3.16: the zip64 records when a count, size or offset needs them, and the end. */
export function endRecords(count: number, directoryBytes: number, directoryOffset: number): Uint8Array {
  const isZip64 = count >= MAX_UINT16 || directoryBytes >= MAX_UINT32 || directoryOffset >= MAX_UINT32;
  const writer = new RecordWriter(22 + (isZip64 ? 56 + 20 : 0));
  if (isZip64) {
    writer
      .u32(0x06064b50)
      .u64(44) // size of the rest of this record
      .u16(MADE_BY_UNIX | VERSION_ZIP64)
      .u16(VERSION_ZIP64)
      .u32(0)
      .u32(0)
      .u64(count)
      .u64(count)
      .u64(directoryBytes)
      .u64(directoryOffset)
      .u32(0x07064b50)
      .u32(0)
      .u64(directoryOffset + directoryBytes)
      .u32(1); // number of disks
  }
  return writer
    .u32(0x06054b50)
    .u16(0)
    .u16(0)
    .u16(Math.min(count, MAX_UINT16))
    .u16(Math.min(count, MAX_UINT16))
    .u32(Math.min(directoryBytes, MAX_UINT32))
    .u32(Math.min(directoryOffset, MAX_UINT32))
    .u16(0)
    .finish();
}

/** Two-second steps from 1980 to 2107, in UTC because the format has no time zone. */
function dosTime(moment: Date): { date: number; time: number } {
  const earliest = Date.UTC(1980, 0, 1);
  const latest = Date.UTC(2107, 11, 31, 23, 59, 58);
  const time = Number.isNaN(moment.getTime()) ? earliest : moment.getTime();
  const utc = new Date(Math.min(Math.max(time, earliest), latest));
  return {
    date: ((utc.getUTCFullYear() - 1980) << 9) | ((utc.getUTCMonth() + 1) << 5) | utc.getUTCDate(),
    time: (utc.getUTCHours() << 11) | (utc.getUTCMinutes() << 5) | (utc.getUTCSeconds() >> 1),
  };
}

/** Writes consecutive fields into a record of known size. */
class RecordWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  u64(value: number): this {
    this.#view.setBigUint64(this.#at, BigInt(value), true);
    this.#at += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Section 4.5.3; nothing for an empty list. */
  zip64Extra(values: readonly number[]): this {
    if (values.length === 0) return this;
    this.u16(1).u16(values.length * 8);
    for (const value of values) this.u64(value);
    return this;
  }

  finish(): Uint8Array {
    if (this.#at !== this.#bytes.length) throw new Error('zip record has a wrong size');
    return this.#bytes;
  }
}
