import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readGif } from '../../../src/media/image/gif.ts';
import type { Pixels } from '../../../src/media/image/types.ts';
import { decodeGif } from '../../../src/media/thumbnail/gif.ts';
import { encodeGif, gifExtension } from '../../helpers/gif-files.ts';
import { paintScene } from '../../helpers/images.ts';
import { animate } from '../../helpers/sample-files.ts';

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];
const palette = [RED, GREEN, BLUE, WHITE].flat();
const LETTERS = new Map([
  ['255,0,0,255', 'r'],
  ['0,255,0,255', 'g'],
  ['0,0,255,255', 'b'],
  ['255,255,255,255', 'w'],
  ['0,0,0,255', 'k'],
  ['0,0,0,0', '.'],
]);

function decode(bytes: Uint8Array): Pixels {
  return decodeGif(bytes, readGif(bytes), 320);
}

/** The rows of a small picture, a letter for each pixel. */
function draw(bytes: Uint8Array): string[] {
  const { data, width, height } = decode(bytes);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = (y * width + x) * 4;
      return LETTERS.get(data.subarray(at, at + 4).join()) ?? '?';
    }).join(''),
  );
}

async function expectSamePixels(bytes: Uint8Array): Promise<void> {
  const mine = decode(bytes);
  const theirs = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([mine.width, mine.height]).toEqual([theirs.info.width, theirs.info.height]);
  expect(Buffer.from(mine.data).equals(theirs.data)).toBe(true);
}

describe('decoding the first frame of a GIF', () => {
  it('reads files of every depth, plain and interlaced, as another decoder does', async () => {
    for (const colours of [2, 4, 16, 256]) {
      for (const progressive of [false, true]) {
        await expectSamePixels(await paintScene(211, 97).gif({ colours, progressive, dither: 1 }).toBuffer());
      }
    }
    await expectSamePixels(await paintScene(1, 1).gif().toBuffer());
    await expectSamePixels(await (await animate(60, 41, 3)).gif().toBuffer());
  });

  it('reads noise that fills the code table again and again', async () => {
    let seed = 1;
    const noise = Buffer.from(
      Array.from({ length: 300 * 200 * 3 }, () => (seed = (seed * 48271) % 0x7fffffff) & 255),
    );
    await expectSamePixels(
      await sharp(noise, { raw: { width: 300, height: 200, channels: 3 } })
        .gif()
        .toBuffer(),
    );
  });

  it('reads on when the code table is full and is not cleared', async () => {
    const pixels = Array.from({ length: 100 * 60 }, (_, index) => (index * index) % 4);
    const frame = { width: 100, height: 60, pixels, fillsTable: true };
    await expectSamePixels(encodeGif({ width: 100, height: 60, palette, frames: [frame] }));
  });

  it('leaves the transparent colour and the free part of the canvas clear', () => {
    const frame = { x: 1, y: 1, width: 3, height: 2, transparentIndex: 1, pixels: [0, 1, 2, 3, 0, 1] };
    expect(draw(encodeGif({ width: 5, height: 4, palette, frames: [frame] }))).toEqual([
      '.....',
      '.r.b.',
      '.wr..',
      '.....',
    ]);
  });

  it('uses the palette of the frame, and black for an index beyond it', () => {
    const local = [BLUE, WHITE].flat();
    const frame = { width: 4, height: 1, palette: local, pixels: [0, 1, 2, 3] };
    expect(draw(encodeGif({ width: 4, height: 1, palette, frames: [frame] }))).toEqual(['bwkk']);
  });

  it('puts interlaced rows where they belong', () => {
    // Of ten rows the passes hold rows 0 and 8, row 4, rows 2 and 6, and the odd ones.
    const pixels = [0, 0, 1, 2, 2, 3, 3, 3, 3, 3];
    const frame = { width: 1, height: 10, interlaced: true, pixels };
    const rows = draw(encodeGif({ width: 1, height: 10, palette, frames: [frame] }));
    expect(rows.join('')).toBe('rwbwgwbwrw');
  });

  it('reads codes of two bits, which the specification does not have', () => {
    const frame = {
      width: 4,
      height: 2,
      codeSize: 1,
      palette: [RED, GREEN].flat(),
      pixels: [0, 1, 1, 0, 1, 0, 0, 1],
    };
    expect(draw(encodeGif({ width: 4, height: 2, frames: [frame] }))).toEqual(['rggr', 'grrg']);
  });

  it('does without an end code, and leaves data beyond the last pixel unread', () => {
    const frame = { width: 2, height: 2, pixels: [0, 1, 2, 3, 3, 3, 3], endCode: false };
    expect(draw(encodeGif({ width: 2, height: 2, palette, frames: [frame] }))).toEqual(['rg', 'bw']);
  });

  it('refuses data that are too short', () => {
    for (const endCode of [true, false]) {
      const frame = { width: 2, height: 2, pixels: [0, 1, 2], endCode };
      const bytes = encodeGif({ width: 2, height: 2, palette, frames: [frame] });
      expect(() => decode(bytes)).toThrow('too short');
    }
  });

  it('refuses codes that stand for nothing yet', () => {
    // Bits from the lowest: clear (4), then 7, of which the table has no entry.
    const data = Uint8Array.of(0b00111100, 0);
    const image = Buffer.concat([
      Uint8Array.of(0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2),
      Uint8Array.of(data.length, ...data, 0),
    ]);
    const bytes = encodeGif({ width: 2, height: 2, palette, extra: [gifExtension(0xfe), image], frames: [] });
    expect(() => decode(bytes)).toThrow('unknown LZW code');
  });
});
