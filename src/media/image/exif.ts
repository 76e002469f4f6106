import type { Orientation } from './types.ts';

const ORIENTATION_TAG = 0x0112;
const TYPE_SHORT = 3;
const ENTRY_BYTES = 12;
const ORIENTATIONS: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];

/**
 * Reads the orientation from a TIFF block (the payload of a JPEG `Exif` segment after its six byte
 * name, or of a PNG `eXIf` chunk). EXIF is a hint, so anything odd in it, offsets that leave the
 * block included, means 1 and never makes the image corrupt.
 */
export function readOrientation(tiff: Uint8Array): Orientation {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (view.byteLength < 8) return 1;
  const byteOrder = view.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return 1;
  const isLittle = byteOrder === 0x4949;
  if (view.getUint16(2, isLittle) !== 42) return 1;

  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, isLittle);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > view.byteLength) return 1;
    if (view.getUint16(entry, isLittle) !== ORIENTATION_TAG) continue;
    if (view.getUint16(entry + 2, isLittle) !== TYPE_SHORT) return 1;
    const value = view.getUint16(entry + 8, isLittle);
    return ORIENTATIONS.find((orientation) => orientation === value) ?? 1;
  }
  return 1;
}
