import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import { averageColor } from '../../../src/media/image/average-color.ts';
import { ImageFault } from '../../../src/media/image/fault.ts';
import { readDcColor } from '../../../src/media/image/jpeg-dc.ts';
import { readJpeg } from '../../../src/media/image/jpeg.ts';
import { decodeJpeg } from '../../../src/media/thumbnail/jpeg.ts';
import { loadCodecs } from '../../helpers/codecs.ts';
import { findSegment } from '../../helpers/jpeg-segments.ts';
import { encodeJpeg, type EncodedComponent, type EncoderOptions } from './jpeg-encoder.ts';

/** End of an image. */
export const EOI = [0xff, 0xd9];
const CHECK_SIDE = 40;

const codecs = await loadCodecs();

/** The colour, null, or `fault`; anything else that is thrown fails the test. */
export function read(bytes: Uint8Array, like = bytes): string | null {
  return orFault(() => readDcColor(bytes, readJpeg(like)));
}

/** The same of libjpeg-turbo, at the scale at which an import decodes. */
export function decode(bytes: Uint8Array): string | null {
  return orFault(() => averageColor(decodeJpeg(bytes, readJpeg(bytes), CHECK_SIDE, codecs.jpegTurbo)));
}

export function orFault<T>(work: () => T): T | 'fault' {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImageFault) return 'fault';
    throw error;
  }
}

/** Greatest difference of two colours in a channel, of 255. */
export function distance(one: string | null, other: string | null): number {
  if (!one?.startsWith('#') || !other?.startsWith('#')) throw new Error(`${one} and ${other}`);
  const channels = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const theirs = channels(other);
  return Math.max(...channels(one).map((value, at) => Math.abs(value - (theirs[at] ?? 0))));
}

export async function meanBySharp(bytes: Uint8Array): Promise<string> {
  const { channels } = await sharp(bytes).toColourspace('srgb').stats();
  const means = channels.map(({ mean }) => Math.round(mean).toString(16).padStart(2, '0'));
  return `#${means.length === 1 ? means.join('').repeat(3) : means.join('')}`;
}

export async function expectSameColor(bytes: Uint8Array): Promise<void> {
  expect(distance(read(bytes), decode(bytes))).toBeLessThanOrEqual(2);
  expect(distance(read(bytes), await meanBySharp(bytes))).toBeLessThanOrEqual(2);
}

/** Noise needs all coefficients and long codes. */
export function paintNoise(width: number, height: number): Sharp {
  let seed = 7;
  const data = Buffer.from({ length: width * height * 3 } as ArrayLike<number>).map(() => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed >> 16;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A picture with an edge, waves and colour, for sampling factors such as `2x2,1x1,1x1`. */
export function paint(sampling: string, options: Partial<EncoderOptions> = {}): Uint8Array {
  const { width = 100, height = 75 } = options;
  const factors = sampling.split(',').map((factor) => factor.split('x').map(Number));
  const hMax = Math.max(...factors.map(([h = 1]) => h));
  const vMax = Math.max(...factors.map(([, v = 1]) => v));
  const components = factors.map(([h = 1, v = 1], index): EncodedComponent => {
    const level = (x: number) => [x < 48 ? 70 : 180, x < 48 ? 90 : 150, 140][index] ?? 128;
    return {
      h,
      v,
      sample: (x, y) =>
        level((x * hMax) / h) + 15 * Math.sin((x * hMax) / h / 5) * Math.cos((y * vMax) / v / 3),
    };
  });
  return encodeJpeg({ width, height, components, ...options });
}

/** Everything before the data of the first scan, those data, and the end marker. */
export function cut(bytes: Uint8Array): { head: Uint8Array; data: Uint8Array } {
  const { end } = findSegment(bytes, 0xda);
  return { head: bytes.subarray(0, end), data: bytes.subarray(end, bytes.length - 2) };
}
