import { ByteReader } from './byte-reader.ts';
import { readOrientation } from './exif.ts';
import { corrupt } from './fault.ts';
import { oncePerBytes } from './once.ts';
import type { EmbeddedMetadata, Orientation } from './types.ts';
import { type WebpBitstream, checkAlpha, readBitstream } from './webp-bitstream.ts';

/** One picture: the place it takes on the canvas, and the chunks that hold its pixels. */
export interface WebpFrame extends WebpBitstream {
  x: number;
  y: number;
  /** Payload of ALPH: the alpha plane of a lossy picture. */
  alpha: Uint8Array | null;
}

/** What a whole walk of a WebP file finds. */
export interface WebpStructure {
  /** The canvas, before orientation. */
  width: number;
  height: number;
  hasAlpha: boolean;
  frames: number;
  firstFrame: WebpFrame;
  orientation: Orientation;
  metadata: EmbeddedMetadata;
}

interface Chunk {
  type: string;
  payload: Uint8Array;
}

/** The fields of VP8X, or what a file without one implies. */
interface Canvas {
  width: number;
  height: number;
  flags: number;
}

const CHUNK_HEADER_BYTES = 8;
const FIRST_CHUNK_AT = 12;
const FRAME_HEADER_BYTES = 16;
const ANIMATION_FLAG = 0x02;
const XMP_FLAG = 0x04;
const EXIF_FLAG = 0x08;
const ALPHA_FLAG = 0x10;
const EXIF_NAME = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** True when the bytes begin like a WebP file. */
export function hasWebpSignature(bytes: Uint8Array): boolean {
  if (bytes.length < FIRST_CHUNK_AT) return false;
  const reader = new ByteReader(bytes);
  return reader.tag(0) === 'RIFF' && reader.tag(8) === 'WEBP';
}

/**
 * Walks every chunk of a WebP (RFC 9649), of every frame too, up to the end that its RIFF header states, and
 * checks that the pictures have the size that the canvas announces. Bytes after that end are allowed, as the
 * standard tells readers. Pixels are not decoded. Throws ImageFault `corrupt`.
 */
export const readWebp = oncePerBytes(walkWebp);

function walkWebp(bytes: Uint8Array): WebpStructure {
  if (!hasWebpSignature(bytes)) throw corrupt('no WebP signature');
  const end = CHUNK_HEADER_BYTES + new ByteReader(bytes).u32le(4);
  if (end > bytes.length) throw corrupt(`truncated at byte ${bytes.length} of ${end}`);
  const chunks = listChunks(bytes, FIRST_CHUNK_AT, end);
  const { value: first } = chunks.next();
  if (first?.type === 'VP8X') return readExtended(first.payload, chunks);
  if (first?.type !== 'VP8 ' && first?.type !== 'VP8L') throw corrupt('the first chunk is no image');

  const firstFrame = { ...readBitstream(first), x: 0, y: 0, alpha: null };
  // Nothing more is expected in a simple file, but what there is must be whole.
  for (const _chunk of chunks);
  const { width, height, hasAlpha } = firstFrame;
  return { width, height, hasAlpha, frames: 1, firstFrame, orientation: 1, metadata: {} };
}

function readExtended(header: Uint8Array, chunks: Iterable<Chunk>): WebpStructure {
  const canvas = readCanvas(header);
  const isAnimated = (canvas.flags & ANIMATION_FLAG) !== 0;
  const metadata: EmbeddedMetadata = {};
  const still: Chunk[] = [];
  let hasAnimationHeader = false;
  let firstFrame: WebpFrame | null = null;
  let frames = 0;
  for (const chunk of chunks) {
    const { type, payload } = chunk;
    if (type === 'VP8X') throw corrupt('second VP8X chunk');
    if (type === 'ANIM') {
      if (payload.length < 6) throw corrupt('ANIM chunk length');
      hasAnimationHeader = true;
    } else if (type === 'ANMF' && isAnimated) {
      if (!hasAnimationHeader) throw corrupt('frame before the ANIM chunk');
      const frame = readAnimationFrame(payload, canvas);
      firstFrame ??= frame;
      frames++;
    } else if (isPictureChunk(type)) {
      if (isAnimated) throw corrupt('picture outside of the frames');
      // One more than a picture has is enough to see that there are too many.
      if (still.length < 3) still.push(chunk);
    } else if (type === 'EXIF' && (canvas.flags & EXIF_FLAG) !== 0) {
      metadata.exif ??= withoutName(payload);
    } else if (type === 'XMP ' && (canvas.flags & XMP_FLAG) !== 0) {
      metadata.xmp ??= payload;
    }
  }
  if (!isAnimated) {
    firstFrame = { ...readPicture(still, canvas.width, canvas.height), x: 0, y: 0 };
    frames = 1;
  }
  if (firstFrame === null) throw corrupt('an animation without frames');
  return {
    width: canvas.width,
    height: canvas.height,
    hasAlpha: (canvas.flags & ALPHA_FLAG) !== 0,
    frames,
    firstFrame,
    orientation: metadata.exif === undefined ? 1 : readOrientation(metadata.exif),
    metadata,
  };
}

function readCanvas(payload: Uint8Array): Canvas {
  if (payload.length !== 10) throw corrupt('VP8X chunk length');
  const reader = new ByteReader(payload);
  const canvas = { flags: reader.u8(0), width: reader.u24le(4) + 1, height: reader.u24le(7) + 1 };
  if (canvas.width * canvas.height >= 2 ** 32) throw corrupt('canvas size');
  return canvas;
}

function readAnimationFrame(payload: Uint8Array, canvas: Canvas): WebpFrame {
  const reader = new ByteReader(payload);
  const x = reader.u24le(0) * 2;
  const y = reader.u24le(3) * 2;
  const width = reader.u24le(6) + 1;
  const height = reader.u24le(9) + 1;
  if (x + width > canvas.width || y + height > canvas.height) throw corrupt('a frame leaves the canvas');
  const picture: Chunk[] = [];
  for (const chunk of listChunks(payload, FRAME_HEADER_BYTES, payload.length)) {
    if (isPictureChunk(chunk.type) && picture.length < 3) picture.push(chunk);
  }
  return { ...readPicture(picture, width, height), x, y };
}

/** An optional alpha plane and then one picture, whose size its container has stated before. */
function readPicture(chunks: readonly Chunk[], width: number, height: number): Omit<WebpFrame, 'x' | 'y'> {
  const [first, second] = chunks;
  const hasPlane = first?.type === 'ALPH' && second?.type === 'VP8 ';
  const image = hasPlane ? second : first;
  if (image === undefined || image.type === 'ALPH') throw corrupt('no picture');
  if (chunks.length > (hasPlane ? 2 : 1)) throw corrupt('more than one picture');
  const bitstream = readBitstream(image);
  if (bitstream.width !== width || bitstream.height !== height) {
    throw corrupt(`a picture of ${bitstream.width} x ${bitstream.height} in a frame of ${width} x ${height}`);
  }
  if (hasPlane) checkAlpha(first.payload, width, height);
  return { ...bitstream, alpha: hasPlane ? first.payload : null };
}

function isPictureChunk(type: string): boolean {
  return type === 'VP8 ' || type === 'VP8L' || type === 'ALPH';
}

/** Some writers put the name of the JPEG segment before the TIFF block. */
function withoutName(payload: Uint8Array): Uint8Array {
  return EXIF_NAME.every((byte, index) => payload[index] === byte)
    ? payload.subarray(EXIF_NAME.length)
    : payload;
}

/** A chunk of odd length is followed by a pad byte; the last one may lack it. */
function* listChunks(bytes: Uint8Array, start: number, end: number): Generator<Chunk, void, undefined> {
  const reader = new ByteReader(bytes.subarray(0, end));
  for (let at = start; at < end;) {
    const length = reader.u32le(at + 4);
    yield { type: reader.tag(at), payload: reader.slice(at + CHUNK_HEADER_BYTES, length) };
    at += CHUNK_HEADER_BYTES + length + (length % 2);
  }
}
