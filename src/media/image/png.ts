import { crc32 } from '../zip/crc32.ts';
import { ByteReader } from './byte-reader.ts';
import { readOrientation } from './exif.ts';
import { corrupt } from './fault.ts';
import { oncePerBytes } from './once.ts';
import { noteText } from './png-text.ts';
import type { EmbeddedMetadata, Orientation } from './types.ts';

/** What a whole walk of a PNG file finds. */
export interface PngStructure {
  width: number;
  height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  colorType: number;
  /** Samples per pixel. */
  channels: number;
  interlaced: boolean;
  palette: Uint8Array | null;
  /** Payload of tRNS: alpha per palette entry, or the one transparent colour. */
  transparency: Uint8Array | null;
  orientation: Orientation;
  /** Pictures of an animated file, 1 for a still one. */
  frames: number;
  metadata: EmbeddedMetadata;
  /** Offset of the first IDAT chunk; the rest follow it without a gap. */
  dataStart: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CHUNK_OVERHEAD = 12;
const MAX_CHUNK_BYTES = 0x7fffffff;
const MAX_DIMENSION = 0x7fffffff;
/** Deflate's greatest ratio: two bits for a match of 258 bytes (zlib, Technical Details, "Maximum Compression Factor"). */
const MAX_INFLATION = 1032;
const ANCILLARY_BIT = 0x20000000;
const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
const TRNS = 0x74524e53;
const EXIF = 0x65584966;
const FCTL = 0x6663544c;

/** tEXt, zTXt and iTXt. */
const TEXT_KINDS = new Map<number, 'plain' | 'compressed' | 'international'>([
  [0x74455874, 'plain'],
  [0x7a545874, 'compressed'],
  [0x69545874, 'international'],
]);

/** Allowed depths and samples per pixel for each colour type (PNG, table 11.1). */
const COLOR_TYPES = new Map<number, { depths: readonly number[]; channels: number }>([
  [0, { depths: [1, 2, 4, 8, 16], channels: 1 }],
  [2, { depths: [8, 16], channels: 3 }],
  [3, { depths: [1, 2, 4, 8], channels: 1 }],
  [4, { depths: [8, 16], channels: 2 }],
  [6, { depths: [8, 16], channels: 4 }],
]);

/**
 * True when the bytes begin like a PNG file, damaged ones included (a transfer in text mode changes the
 * line ends of the signature, a flipped bit its first bytes): such a file is corrupt, not "no image".
 */
export function hasPngSignature(bytes: Uint8Array): boolean {
  const matches = SIGNATURE.map((byte, index) => bytes[index] === byte);
  return matches.slice(0, 4).every(Boolean) || matches.filter(Boolean).length >= 6;
}

/**
 * Walks every chunk of a PNG and checks lengths, CRCs, header fields, order, palette and that the image
 * data are contiguous, enough for the dimensions, and IEND is last. The data are not inflated. Throws ImageFault `corrupt`.
 */
export const readPng = oncePerBytes(walkPng);

function walkPng(bytes: Uint8Array): PngStructure {
  const reader = new ByteReader(bytes);
  if (SIGNATURE.some((byte, index) => bytes[index] !== byte)) throw corrupt('damaged PNG signature');
  const header = readHeader(reader);
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  let orientation: Orientation = 1;
  let frameControls = 0;
  const metadata: EmbeddedMetadata = {};
  let dataStart = 0;
  let dataBytes = 0;
  let isDataOver = false;

  for (let at = 8 + CHUNK_OVERHEAD + 13; ;) {
    const { type, payload } = readChunk(reader, at);
    if (type === IEND) {
      if (payload.length > 0) throw corrupt('IEND is not empty');
      if (dataBytes === 0) throw corrupt('no image data');
      if (rawBytes(header) > dataBytes * MAX_INFLATION)
        throw corrupt('too few image data for the dimensions');
      if (at + CHUNK_OVERHEAD !== bytes.length) throw corrupt('bytes after IEND');
      const frames = Math.max(1, frameControls);
      return { ...header, palette, transparency, orientation, frames, metadata, dataStart };
    }
    if (type === IDAT) {
      if (isDataOver) throw corrupt('image data are not contiguous');
      if (header.colorType === 3 && palette === null) throw corrupt('no palette before the image data');
      if (dataStart === 0) dataStart = at;
      dataBytes += payload.length;
    } else {
      isDataOver = dataStart > 0;
      const textKind = TEXT_KINDS.get(type);
      if (type === PLTE) {
        if (isDataOver || palette !== null || header.colorType === 0 || header.colorType === 4) {
          throw corrupt('palette in the wrong place');
        }
        if (payload.length === 0 || payload.length % 3 !== 0 || payload.length > 768)
          throw corrupt('palette length');
        palette = payload;
      } else if (type === TRNS && !isDataOver) {
        transparency = payload;
      } else if (type === EXIF) {
        orientation = readOrientation(payload);
        metadata.exif ??= payload;
      } else if (textKind !== undefined) {
        noteText(metadata, payload, textKind);
      } else if (type === FCTL) {
        frameControls++;
      } else if ((type & ANCILLARY_BIT) === 0) {
        throw corrupt('unknown critical chunk or second IHDR');
      }
    }
    at += CHUNK_OVERHEAD + payload.length;
  }
}

/** The compressed image data of a PNG that `readPng` has accepted, chunk by chunk, without copying. */
export function* imageData(bytes: Uint8Array, dataStart: number): Generator<Uint8Array, void, undefined> {
  const reader = new ByteReader(bytes);
  for (let at = dataStart; reader.u32(at + 4) === IDAT;) {
    const length = reader.u32(at);
    yield reader.slice(at + 8, length);
    at += CHUNK_OVERHEAD + length;
  }
}

function readChunk(reader: ByteReader, at: number): { type: number; payload: Uint8Array } {
  const length = reader.u32(at);
  if (length > MAX_CHUNK_BYTES) throw corrupt(`chunk length at byte ${at}`);
  const type = reader.u32(at + 4);
  const expected = reader.u32(at + 8 + length);
  if (crc32(reader.slice(at + 4, length + 4)) !== expected)
    throw corrupt(`wrong CRC in the chunk at byte ${at}`);
  return { type, payload: reader.slice(at + 8, length) };
}

type PngHeader = Pick<PngStructure, 'width' | 'height' | 'depth' | 'colorType' | 'channels' | 'interlaced'>;

function readHeader(reader: ByteReader): PngHeader {
  const { type, payload } = readChunk(reader, 8);
  if (type !== IHDR || payload.length !== 13) throw corrupt('the first chunk is not IHDR');
  const fields = new ByteReader(payload);
  const width = fields.u32(0);
  const height = fields.u32(4);
  if (width === 0 || height === 0 || width > MAX_DIMENSION || height > MAX_DIMENSION)
    throw corrupt('dimensions');
  const depth = fields.u8(8);
  const colorType = fields.u8(9);
  const kind = COLOR_TYPES.get(colorType);
  if (kind === undefined) throw corrupt(`colour type ${colorType}`);
  if (!kind.depths.includes(depth)) throw corrupt(`depth ${depth} for colour type ${colorType}`);
  const interlace = fields.u8(12);
  if (fields.u8(10) !== 0 || fields.u8(11) !== 0 || interlace > 1)
    throw corrupt('compression, filter or interlace');
  return { width, height, depth, colorType, channels: kind.channels, interlaced: interlace === 1 };
}

/** Bytes of the lines with their filter types (PNG, 7.2). Interlaced, the passes never have fewer. */
function rawBytes({ width, height, depth, channels }: PngHeader): number {
  return height * (1 + Math.ceil((width * depth * channels) / 8));
}
