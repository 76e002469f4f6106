import type { Orientation } from './types.ts';

const ORIENTATION_TAG = 0x0112;
const TYPE_ASCII = 2;
const TYPE_SHORT = 3;
/** EXIF 3.0 adds text that is UTF-8 by definition. */
const TYPE_UTF8 = 129;
const ENTRY_BYTES = 12;
const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

/**
 * Reads the orientation from a TIFF block (the payload of a JPEG `Exif` segment after its six byte
 * name, of a PNG `eXIf` or a WebP `EXIF` chunk). EXIF is a hint, so anything odd in it, offsets that leave
 * the block included, means 1 and never makes the image corrupt.
 */
export function readOrientation(tiff: Uint8Array): Orientation {
  const entry = findEntry(tiff, ORIENTATION_TAG);
  if (entry?.type !== TYPE_SHORT) return 1;
  const value = entry.view.getUint16(entry.valueAt, entry.isLittle);
  return ORIENTATIONS.find((orientation) => orientation === value) ?? 1;
}

/** The bytes of a text entry of the first directory, with its final zero; null when absent or odd. */
export function readExifText(tiff: Uint8Array, tag: number): Uint8Array | null {
  const entry = findEntry(tiff, tag);
  if (entry === null || (entry.type !== TYPE_ASCII && entry.type !== TYPE_UTF8)) return null;
  const start = entry.count <= 4 ? entry.valueAt : entry.view.getUint32(entry.valueAt, entry.isLittle);
  return start + entry.count <= tiff.length ? tiff.subarray(start, start + entry.count) : null;
}

interface TiffEntry {
  type: number;
  /** Values, which for text are bytes. */
  count: number;
  /** Offset of the four bytes that hold the value, or the offset of a longer one. */
  valueAt: number;
  view: DataView;
  isLittle: boolean;
}

/** Finds an entry of the first directory (TIFF 6.0, section 2). */
function findEntry(tiff: Uint8Array, tag: number): TiffEntry | null {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (view.byteLength < 8) return null;
  const byteOrder = view.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return null;
  const isLittle = byteOrder === 0x4949;
  if (view.getUint16(2, isLittle) !== 42) return null;

  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > view.byteLength) return null;
  const entries = view.getUint16(directory, isLittle);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > view.byteLength) return null;
    if (view.getUint16(entry, isLittle) !== tag) continue;
    return {
      type: view.getUint16(entry + 2, isLittle),
      count: view.getUint32(entry + 4, isLittle),
      valueAt: entry + 8,
      view,
      isLittle,
    };
  }
  return null;
}
