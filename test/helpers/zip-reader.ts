import { crc32, inflateRawSync } from 'node:zlib';

export interface ReadMember {
  name: string;
  method: number;
  flags: number;
  offset: number;
  data: Uint8Array;
}

export interface ReadArchive {
  members: ReadMember[];
  isZip64: boolean;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const DESCRIPTOR = 0x08074b50;

/**
 * Reads a whole archive and refuses anything inexact: the members must follow each other without a gap,
 * their local headers, descriptors and central records must agree, CRCs and counts must be right, and
 * saturated fields must have their zip64 values.
 */
export function readZip(bytes: Uint8Array): ReadArchive {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = zip.length - 22;
  need(end >= 0 && zip.readUInt32LE(end) === END, 'no end record at the end');
  let count = zip.readUInt16LE(end + 10);
  let directoryBytes = zip.readUInt32LE(end + 12);
  let directoryOffset = zip.readUInt32LE(end + 16);
  let directoryEnd = end;
  const isZip64 = end >= 76 && zip.readUInt32LE(end - 20) === LOCATOR64;
  if (isZip64) {
    directoryEnd = Number(zip.readBigUInt64LE(end - 12));
    need(zip.readUInt32LE(directoryEnd) === END64 && directoryEnd === end - 76, 'zip64 end record');
    count = Number(zip.readBigUInt64LE(directoryEnd + 32));
    directoryBytes = Number(zip.readBigUInt64LE(directoryEnd + 40));
    directoryOffset = Number(zip.readBigUInt64LE(directoryEnd + 48));
    need(zip.readUInt16LE(end + 10) === Math.min(count, 0xffff), 'short count beside zip64');
  }
  need(directoryOffset + directoryBytes === directoryEnd, 'the directory does not end at the end record');

  const members: ReadMember[] = [];
  let expectedOffset = 0;
  let at = directoryOffset;
  for (; at < directoryEnd;) {
    need(zip.readUInt32LE(at) === CENTRAL, 'central signature');
    const nameBytes = zip.readUInt16LE(at + 28);
    const extraBytes = zip.readUInt16LE(at + 30);
    const record = zip.subarray(at, at + 46 + nameBytes + extraBytes);
    const { member, nextOffset } = readMember(zip, record, nameBytes);
    need(member.offset === expectedOffset, `${member.name} does not follow the member before it`);
    expectedOffset = nextOffset;
    members.push(member);
    at += record.length;
  }
  need(expectedOffset === directoryOffset, 'bytes between the last member and the directory');
  need(members.length === count, 'number of members');
  return { members, isZip64 };
}

function readMember(
  zip: Buffer,
  central: Buffer,
  nameBytes: number,
): { member: ReadMember; nextOffset: number } {
  const name = central.subarray(46, 46 + nameBytes);
  const flags = central.readUInt16LE(8);
  const method = central.readUInt16LE(10);
  const checksum = central.readUInt32LE(16);
  const large = readZip64Extra(central.subarray(46 + nameBytes));
  const widen = (value: number): number => (value === 0xffffffff ? Number(large.shift()) : value);
  const size = widen(central.readUInt32LE(24));
  const compressed = widen(central.readUInt32LE(20));
  const offset = widen(central.readUInt32LE(42));

  need(zip.readUInt32LE(offset) === LOCAL, 'local signature');
  need(zip.readUInt16LE(offset + 6) === flags && zip.readUInt16LE(offset + 8) === method, 'local flags');
  need(zip.readUInt32LE(offset + 10) === central.readUInt32LE(12), 'local time');
  const localName = zip.readUInt16LE(offset + 26);
  const localExtra = zip.readUInt16LE(offset + 28);
  need(zip.subarray(offset + 30, offset + 30 + localName).equals(name), 'local name');
  const start = offset + 30 + localName + localExtra;
  const stored = zip.subarray(start, start + compressed);
  const data = method === 8 ? inflateRawSync(stored) : stored;
  need(data.length === size && crc32(data) === checksum, 'size or CRC');

  let nextOffset = start + compressed;
  if ((flags & 8) !== 0) {
    const width = localExtra > 0 ? 8 : 4;
    const read = (place: number) =>
      width === 8 ? Number(zip.readBigUInt64LE(place)) : zip.readUInt32LE(place);
    need(
      zip.readUInt32LE(nextOffset) === DESCRIPTOR && zip.readUInt32LE(nextOffset + 4) === checksum,
      'descriptor',
    );
    need(read(nextOffset + 8) === compressed && read(nextOffset + 8 + width) === size, 'descriptor sizes');
    nextOffset += 8 + width * 2;
  } else {
    need(
      zip.readUInt32LE(offset + 14) === checksum && zip.readUInt32LE(offset + 18) === compressed,
      'local sizes',
    );
  }
  return { member: { name: name.toString('utf8'), method, flags, offset, data }, nextOffset };
}

function readZip64Extra(extra: Buffer): bigint[] {
  if (extra.length === 0) return [];
  need(extra.readUInt16LE(0) === 1 && extra.readUInt16LE(2) === extra.length - 4, 'extra field');
  return Array.from({ length: (extra.length - 4) / 8 }, (_, index) => extra.readBigUInt64LE(4 + index * 8));
}

function need(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`zip: ${what}`);
}
