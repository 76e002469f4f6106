import { join } from './images.ts';

export interface WebpChunk {
  type: string;
  payload: Uint8Array;
}

export const VP8X_FLAGS = { animation: 0x02, xmp: 0x04, exif: 0x08, alpha: 0x10 };

/** One RIFF chunk, padded to an even length. */
export function webpChunk(type: string, payload: Uint8Array | readonly number[]): Uint8Array {
  const header = Buffer.alloc(8);
  header.write(type, 0, 'latin1');
  header.writeUInt32LE(payload.length, 4);
  return join(header, payload, payload.length % 2 === 1 ? [0] : []);
}

/** A WebP file of the given chunks, whose header states the right length. */
export function webpFile(...chunks: Uint8Array[]): Uint8Array {
  return webpChunk('RIFF', join(Buffer.from('WEBP'), ...chunks));
}

/** The chunks of a file, or of a frame when `start` is 16. */
export function listWebpChunks(bytes: Uint8Array, start = 12): WebpChunk[] {
  const buffer = Buffer.from(bytes);
  const chunks: WebpChunk[] = [];
  for (let at = start; at < buffer.length;) {
    const length = buffer.readUInt32LE(at + 4);
    const type = buffer.toString('latin1', at, at + 4);
    chunks.push({ type, payload: buffer.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

/** The chunk of a type, ready to be put into another file. */
export function takeWebpChunk(bytes: Uint8Array, type: string): Uint8Array {
  const chunk = listWebpChunks(bytes).find((candidate) => candidate.type === type);
  if (chunk === undefined) throw new Error(`no ${type} chunk`);
  return webpChunk(type, chunk.payload);
}

export function vp8x(flags: number, width: number, height: number): Uint8Array {
  const payload = Buffer.alloc(10);
  payload[0] = flags;
  payload.writeUIntLE(width - 1, 4, 3);
  payload.writeUIntLE(height - 1, 7, 3);
  return webpChunk('VP8X', payload);
}

export const ANIM = webpChunk('ANIM', [0, 0, 0, 0, 0, 0]);

/** A frame of an animation; x and y are even. */
export function anmf(
  x: number,
  y: number,
  width: number,
  height: number,
  ...chunks: Uint8Array[]
): Uint8Array {
  const header = Buffer.alloc(16);
  header.writeUIntLE(x / 2, 0, 3);
  header.writeUIntLE(y / 2, 3, 3);
  header.writeUIntLE(width - 1, 6, 3);
  header.writeUIntLE(height - 1, 9, 3);
  header.writeUIntLE(100, 12, 3);
  return webpChunk('ANMF', join(header, ...chunks));
}
