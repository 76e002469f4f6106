import { ByteReader } from './byte-reader.ts';
import { corrupt } from './fault.ts';

/** What the header of a VP8 (lossy) or VP8L (lossless) chunk says. */
export interface WebpBitstream {
  type: 'VP8 ' | 'VP8L';
  payload: Uint8Array;
  width: number;
  height: number;
  /** VP8L: the alpha channel is used. */
  hasAlpha: boolean;
}

const VP8_HEADER_BYTES = 10;
const VP8_START_CODE = [0x9d, 0x01, 0x2a];
/**
 * The prediction modes of a macroblock have fixed probabilities in a key frame (RFC 6386, sections 11.2 and
 * 11.3); the likeliest pair takes 3.4 bits of the first partition.
 */
const MIN_MACROBLOCK_BITS = 3;
const VP8L_SIGNATURE = 0x2f;
const UNCOMPRESSED = 0;
const COMPRESSED = 1;

/** Reads the header of a picture chunk, or throws ImageFault `corrupt`. */
export function readBitstream(chunk: { type: string; payload: Uint8Array }): WebpBitstream {
  return chunk.type === 'VP8L' ? readLossless(chunk.payload) : readLossy(chunk.payload);
}

/** RFC 6386, section 9.1. */
function readLossy(payload: Uint8Array): WebpBitstream {
  const reader = new ByteReader(payload);
  const tag = reader.u24le(0);
  const isKeyFrame = (tag & 1) === 0;
  const profile = (tag >> 1) & 7;
  const isShown = ((tag >> 4) & 1) === 1;
  const firstPartitionBytes = tag >> 5;
  if (!isKeyFrame || profile > 3 || !isShown) throw corrupt('VP8 frame tag');
  if (VP8_START_CODE.some((byte, index) => reader.u8(3 + index) !== byte)) throw corrupt('VP8 start code');
  // The two high bits ask for scaling, which nothing does.
  const width = reader.u16le(6) & 0x3fff;
  const height = reader.u16le(8) & 0x3fff;
  if (width === 0 || height === 0) throw corrupt('VP8 dimensions');
  if (firstPartitionBytes > payload.length - VP8_HEADER_BYTES) throw corrupt('VP8 partition length');
  const macroblocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  if (firstPartitionBytes * 8 < macroblocks * MIN_MACROBLOCK_BITS)
    throw corrupt('VP8 partition is too short');
  return { type: 'VP8 ', payload, width, height, hasAlpha: false };
}

/** RFC 9649, section 3.4. */
function readLossless(payload: Uint8Array): WebpBitstream {
  const reader = new ByteReader(payload);
  if (reader.u8(0) !== VP8L_SIGNATURE) throw corrupt('VP8L signature');
  const fields = reader.u32le(1);
  if (fields >>> 29 !== 0) throw corrupt('VP8L version');
  return {
    type: 'VP8L',
    payload,
    width: (fields & 0x3fff) + 1,
    height: ((fields >>> 14) & 0x3fff) + 1,
    hasAlpha: ((fields >>> 28) & 1) === 1,
  };
}

/** Checks the header of an ALPH chunk, and the length of one that is not compressed. */
export function checkAlpha(payload: Uint8Array, width: number, height: number): void {
  const method = new ByteReader(payload).u8(0) & 3;
  if (method === UNCOMPRESSED && payload.length - 1 < width * height)
    throw corrupt('alpha plane is too short');
  if (method > COMPRESSED || payload.length === 1) throw corrupt('alpha compression');
}
