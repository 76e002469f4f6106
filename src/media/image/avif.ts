import { checkObus } from './av1-obu.ts';
import { type AvifItems, type Extent, readItems } from './avif-items.ts';
import { readPrimaryProperties } from './avif-properties.ts';
import { readSequence } from './avif-sequence.ts';
import { ByteReader } from './byte-reader.ts';
import { ImageFault, corrupt } from './fault.ts';
import { type Box, findBox, listBoxes } from './iso-box.ts';
import { oncePerBytes } from './once.ts';
import type { EmbeddedMetadata, Orientation } from './types.ts';

/** What a whole walk of an AVIF file finds. */
export interface AvifStructure {
  /** After the clean aperture, before orientation. */
  width: number;
  height: number;
  /** `irot` and `imir` in the terms of EXIF, whose own tag does not count in this format. */
  orientation: Orientation;
  frames: number;
  isMonochrome: boolean;
  hasAlpha: boolean;
  metadata: EmbeddedMetadata;
}

const BRANDS = ['avif', 'avis'];
/** A major brand that says nothing yet of how the image is coded. */
const GENERAL_BRANDS = ['mif1', 'msf1', 'miaf'];
const BRANDS_AT = 16;
const MAX_BRANDS = 64;

/**
 * True when the bytes begin like an AVIF file: its brand may be any in the list, and a list that is cut off
 * might have named it.
 */
export function hasAvifSignature(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const reader = new ByteReader(bytes);
  if (reader.tag(4) !== 'ftyp') return false;
  const majorBrand = reader.tag(8);
  if (BRANDS.includes(majorBrand)) return true;
  const listEnd = reader.u32(0);
  const end = Math.min(listEnd, bytes.length, BRANDS_AT + 4 * MAX_BRANDS);
  for (let at = BRANDS_AT; at + 4 <= end; at += 4) if (BRANDS.includes(reader.tag(at))) return true;
  return listEnd > bytes.length && GENERAL_BRANDS.includes(majorBrand);
}

/**
 * Walks the boxes of an AVIF (AV1 Image File Format 1.1, ISO/IEC 23008-12) and checks that all of them and
 * the data of every item lie within the file, and that the primary item is a whole AV1 picture or a grid of
 * them. Pixels are not decoded. Throws ImageFault: `corrupt`, or `format` for images that are coded by other
 * means than AV1.
 */
export const readAvif = oncePerBytes(walkAvif);

function walkAvif(bytes: Uint8Array): AvifStructure {
  if (!hasAvifSignature(bytes)) throw corrupt('no AVIF signature');
  const reader = new ByteReader(bytes);
  let meta: Box | null = null;
  let movie: Box | null = null;
  for (const box of listBoxes(reader, 0, bytes.length)) {
    if (box.type === 'meta') {
      if (meta !== null) throw corrupt('second meta box');
      meta = box;
    } else if (box.type === 'moov') {
      movie ??= box;
    }
  }
  const sequence = movie === null ? null : readSequence(reader, movie);
  // A sequence need not have a still image for those who show no animations.
  if (sequence !== null && (meta === null || findBox(reader, meta.start + 4, meta.end, 'pitm') === null)) {
    return { ...sequence, orientation: 1, isMonochrome: false, hasAlpha: false, metadata: {} };
  }
  if (meta === null) throw corrupt('no meta box');

  const items = readItems(reader, meta);
  const { codedWidth, codedHeight, ...picture } = readPrimaryProperties(reader, items);
  checkPrimaryData(reader, items, codedWidth, codedHeight);
  return { ...picture, frames: sequence?.frames ?? 1, metadata: findMetadata(reader, items) };
}

function checkPrimaryData(reader: ByteReader, items: AvifItems, width: number, height: number): void {
  const extents = items.extents.get(items.primaryId);
  const [first] = extents ?? [];
  if (extents === undefined || first === undefined || first.length === 0)
    throw corrupt('no data for the image');
  if (items.primaryType === 'grid') {
    checkGrid(readExtent(reader, first), width, height);
  } else if (items.primaryType === 'av01') {
    // Data in several places are rare, and joining them would cost a copy.
    if (extents.length === 1) checkObus(readExtent(reader, first));
  } else {
    throw new ImageFault('format', `HEIF image of type ${items.primaryType}`);
  }
}

/** ISO/IEC 23008-12, 6.6.2.3: how many tiles there are, and the size that they make together. */
function checkGrid(data: Uint8Array, width: number, height: number): void {
  const fields = new ByteReader(data);
  const isWide = (fields.u8(1) & 1) === 1;
  const gridWidth = isWide ? fields.u32(4) : fields.u16(4);
  const gridHeight = isWide ? fields.u32(8) : fields.u16(6);
  if (fields.u8(0) !== 0 || gridWidth !== width || gridHeight !== height)
    throw corrupt('grid of another size');
}

function findMetadata(reader: ByteReader, { extents, exifId, xmpId }: AvifItems): EmbeddedMetadata {
  const metadata: EmbeddedMetadata = {};
  const [exif] = (exifId !== null && extents.get(exifId)) || [];
  const [xmp] = (xmpId !== null && extents.get(xmpId)) || [];
  if (exif !== undefined) metadata.exif = skipExifHeader(readExtent(reader, exif));
  if (xmp !== undefined) metadata.xmp = readExtent(reader, xmp);
  return metadata;
}

/** The item begins with the distance to its TIFF block. */
function skipExifHeader(data: Uint8Array): Uint8Array {
  return data.length < 4 ? data : data.subarray(4 + new ByteReader(data).u32(0));
}

function readExtent(reader: ByteReader, { start, length }: Extent): Uint8Array {
  return reader.slice(start, length);
}
