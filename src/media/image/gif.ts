import { ByteReader } from './byte-reader.ts';
import { corrupt } from './fault.ts';
import { oncePerBytes } from './once.ts';
import type { EmbeddedMetadata } from './types.ts';

/** One picture: the place it takes on the canvas, and where its data are. */
export interface GifFrame {
  x: number;
  y: number;
  width: number;
  height: number;
  interlaced: boolean;
  /** Three bytes for each colour. */
  palette: Uint8Array;
  /** The palette entry that is not painted. */
  transparentIndex: number | null;
  /** Bits of an uncompressed pixel, 1 to 8. */
  codeSize: number;
  /** Offset of the first data sub-block. */
  dataStart: number;
}

/** What a whole walk of a GIF file finds. */
export interface GifStructure {
  /** The canvas: the logical screen, made larger where the first frame does not fit it, as browsers do. */
  width: number;
  height: number;
  frames: number;
  firstFrame: GifFrame;
  metadata: EmbeddedMetadata;
}

const SIGNATURES = ['GIF87a', 'GIF89a'];
const SCREEN_END = 13;
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
const XMP_NAME = 'XMP DataXMP';
const HAS_TABLE = 0x80;
/** A code of twelve bits, the longest, stands for fewer than 4,096 pixels. */
const MAX_PIXELS_PER_BYTE = (4096 * 8) / 12;

/** True when the bytes begin like a GIF file. */
export function hasGifSignature(bytes: Uint8Array): boolean {
  return SIGNATURES.includes(String.fromCharCode(...bytes.subarray(0, 6)));
}

/**
 * Walks every block and sub-block of a GIF (GIF89a specification) up to its trailer; bytes after that are
 * allowed, because servers and editors leave some and no viewer looks at them. Codes are not decoded, but a
 * frame that has too few data for its pixels is corrupt. Throws ImageFault `corrupt`.
 */
export const readGif = oncePerBytes(walkGif);

function walkGif(bytes: Uint8Array): GifStructure {
  if (!hasGifSignature(bytes)) throw corrupt('no GIF signature');
  const reader = new ByteReader(bytes);
  const globalTable = readTable(reader, SCREEN_END, reader.u8(10));
  const metadata: EmbeddedMetadata = {};
  let transparentIndex: number | null = null;
  let firstFrame: GifFrame | null = null;
  let frames = 0;

  for (let at = SCREEN_END + globalTable.length; ;) {
    const block = reader.u8(at);
    if (block === TRAILER) {
      if (firstFrame === null) throw corrupt('no image before the trailer');
      const width = Math.max(reader.u16le(6), firstFrame.x + firstFrame.width);
      const height = Math.max(reader.u16le(8), firstFrame.y + firstFrame.height);
      return { width, height, frames, firstFrame, metadata };
    }
    if (block === IMAGE) {
      const frame = readFrame(reader, at, globalTable, transparentIndex);
      const data = walkSubBlocks(reader, frame.dataStart);
      if (frame.width * frame.height > data.bytes * MAX_PIXELS_PER_BYTE)
        throw corrupt('too few image data for the dimensions');
      firstFrame ??= frame;
      frames++;
      at = data.end;
    } else if (block === EXTENSION) {
      const label = reader.u8(at + 1);
      const { end } = walkSubBlocks(reader, at + 2);
      if (label === GRAPHIC_CONTROL) {
        if (reader.u8(at + 2) !== 4) throw corrupt('graphic control length');
        transparentIndex = (reader.u8(at + 3) & 1) === 1 ? reader.u8(at + 6) : null;
      } else if (label === APPLICATION && isXmp(reader, at + 2)) {
        metadata.xmp ??= reader.slice(at + 3 + XMP_NAME.length, end - at - 3 - XMP_NAME.length);
      }
      at = end;
    } else {
      throw corrupt(`unknown block ${block.toString(16)} at byte ${at}`);
    }
  }
}

/** The compressed data of a frame of a GIF that `readGif` has accepted, without copying. */
export function* frameData(bytes: Uint8Array, frame: GifFrame): Generator<Uint8Array, void, undefined> {
  const reader = new ByteReader(bytes);
  for (let at = frame.dataStart; reader.u8(at) !== 0; at += 1 + reader.u8(at)) {
    yield reader.slice(at + 1, reader.u8(at));
  }
}

function readFrame(
  reader: ByteReader,
  at: number,
  globalTable: Uint8Array,
  transparentIndex: number | null,
): GifFrame {
  const width = reader.u16le(at + 5);
  const height = reader.u16le(at + 7);
  if (width === 0 || height === 0) throw corrupt('a frame without pixels');
  const flags = reader.u8(at + 9);
  const localTable = readTable(reader, at + 10, flags);
  const palette = localTable.length > 0 ? localTable : globalTable;
  if (palette.length === 0) throw corrupt('a frame without a colour table');
  const codeSizeAt = at + 10 + localTable.length;
  const codeSize = reader.u8(codeSizeAt);
  // The specification has images of one bit use 2, but tracking pixels with 1 are common.
  if (codeSize < 1 || codeSize > 8) throw corrupt(`LZW code size ${codeSize}`);
  return {
    x: reader.u16le(at + 1),
    y: reader.u16le(at + 3),
    width,
    height,
    interlaced: (flags & 0x40) !== 0,
    palette,
    transparentIndex,
    codeSize,
    dataStart: codeSizeAt + 1,
  };
}

/** The colour table whose presence and size the flags announce; empty when there is none. */
function readTable(reader: ByteReader, at: number, flags: number): Uint8Array {
  return reader.slice(at, (flags & HAS_TABLE) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
}

/** Follows the chain of sub-blocks; `end` is the offset after the empty one that closes it. */
function walkSubBlocks(reader: ByteReader, start: number): { bytes: number; end: number } {
  let bytes = 0;
  for (let at = start; ;) {
    const length = reader.u8(at);
    at += 1 + length;
    if (length === 0) return { bytes, end: at };
    bytes += length;
  }
}

/** XMP is stored as it is, and its bytes happen to work as the lengths of sub-blocks (XMP part 3, 1.1.2). */
function isXmp(reader: ByteReader, at: number): boolean {
  if (reader.u8(at) !== XMP_NAME.length) return false;
  return String.fromCharCode(...reader.slice(at + 1, XMP_NAME.length)) === XMP_NAME;
}
