import sharp, { type JpegOptions, type PngOptions, type Sharp } from 'sharp';
import type { ImageInfo } from '../../src/media/image/types.ts';
import { inspectImage } from '../../src/crawl/inspect/index.ts';

/** A picture with edges, gradients and four differently coloured corners, so that turning it shows. */
export function paintScene(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isRight = x > width / 2;
      const isLower = y > height / 2;
      const ripple = Math.round(20 * Math.sin(x / 9) * Math.cos(y / 7));
      const at = (y * width + x) * 3;
      data[at] = Math.max(0, (isRight ? 210 : 40) + ripple);
      data[at + 1] = Math.max(0, (isLower ? 190 : 60) + ripple);
      data[at + 2] = isRight === isLower ? 160 : 30;
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export async function makeJpeg(
  width: number,
  height: number,
  options: JpegOptions = {},
): Promise<Uint8Array> {
  return paintScene(width, height).jpeg(options).toBuffer();
}

export async function makePng(width: number, height: number, options: PngOptions = {}): Promise<Uint8Array> {
  return paintScene(width, height).png(options).toBuffer();
}

/** A JPEG in four inks, as desktop publishing makes them. */
export async function makeCmykJpeg(width: number, height: number): Promise<Uint8Array> {
  return paintScene(width, height).toColourspace('cmyk').jpeg().toBuffer();
}

/** The inspected image; fails the test when the bytes are refused. */
export function expectImage(bytes: Uint8Array): ImageInfo {
  const inspection = inspectImage(bytes);
  if (!inspection.ok) throw new Error(`refused: ${inspection.reason}, ${inspection.detail}`);
  return inspection.image;
}

/** Mean absolute difference of two equally large pictures over red, green and blue, from 0 to 255. */
export async function differ(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [left, right] = await Promise.all(
    [one, other].map((bytes) =>
      sharp(bytes).flatten({ background: 'white' }).toColourspace('srgb').raw().toBuffer(),
    ),
  );
  if (left === undefined || right === undefined || left.length !== right.length)
    throw new Error('sizes differ');
  return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0) / left.length;
}

/** Joins pieces of a file. */
export function join(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Uint8Array.from(part)));
}
