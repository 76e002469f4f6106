import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPng } from '../../../src/media/image/png.ts';
import { decodePng } from '../../../src/media/thumbnail/png.ts';
import { makePng } from '../../helpers/images.ts';
import { type PngRecipe, encodePng } from '../../helpers/png-encoder.ts';

const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

function recipe(
  colorType: number,
  depth: number,
  interlaced: boolean,
  extra: Partial<PngRecipe> = {},
): PngRecipe {
  const channels = CHANNELS.get(colorType) ?? 1;
  const top = 2 ** depth - 1;
  return {
    width: 37,
    height: 23,
    depth,
    colorType,
    interlaced,
    ...(colorType === 3
      ? { palette: Array.from({ length: 3 * 2 ** depth }, (_, index) => (index * 37) % 256) }
      : {}),
    pixel: (x, y) =>
      Array.from(
        { length: channels },
        (_, c) => ((x * 7 + y * 13 + c * 5) * (depth === 16 ? 331 : 3)) % (top + 1),
      ),
    ...extra,
  };
}

/** The same file read by another decoder, as eight-bit RGBA. */
async function reference(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer();
}

async function expectSamePixels(bytes: Uint8Array): Promise<void> {
  const mine = (await decodePng(bytes, readPng(bytes), 320)).data;
  const theirs = await reference(bytes);
  expect(mine.length).toBe(theirs.length);
  let worst = 0;
  for (let at = 0; at < mine.length; at += 4) {
    // A hidden pixel has no colour to compare.
    const from = (theirs[at + 3] ?? 0) === 0 ? 3 : 0;
    for (let c = from; c < 4; c++)
      worst = Math.max(worst, Math.abs((mine[at + c] ?? 0) - (theirs[at + c] ?? 0)));
  }
  expect(worst).toBeLessThanOrEqual(1);
}

describe('decoding PNG line by line', () => {
  const kinds = [
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ] as const;
  const cases = kinds.flatMap(([type, depths]) =>
    depths.flatMap((depth) => [false, true].map((interlaced) => [type, depth, interlaced] as const)),
  );

  it.each(cases)(
    'reads colour type %i at depth %i, interlaced %s, as another decoder does',
    async (type, depth, interlaced) => {
      await expectSamePixels(encodePng(recipe(type, depth, interlaced)));
    },
  );

  it('reads the transparent colour of grey and RGB images and the alpha of palettes', async () => {
    await expectSamePixels(encodePng(recipe(0, 4, false, { transparency: [0, 6] })));
    await expectSamePixels(encodePng(recipe(0, 8, true, { transparency: [0, 21] })));
    await expectSamePixels(encodePng(recipe(2, 8, false, { transparency: [0, 39, 0, 54, 0, 69] })));
    await expectSamePixels(encodePng(recipe(3, 4, false, { transparency: [0, 128, 255, 40] })));
  });

  it('reads one-pixel and one-column interlaced images, whose passes are mostly empty', async () => {
    for (const [width, height] of [
      [1, 1],
      [1, 9],
      [3, 1],
      [5, 2],
    ] as const) {
      await expectSamePixels(encodePng(recipe(6, 8, true, { width, height })));
    }
  });

  it('gives the same small picture from an interlaced file as from a plain one', async () => {
    const plain = await makePng(900, 610);
    const interlaced = await makePng(900, 610, { progressive: true });
    const [one, other] = await Promise.all(
      [plain, interlaced].map((bytes) => decodePng(bytes, readPng(bytes), 320)),
    );
    expect(one?.data).toEqual(other?.data);
    expect([one?.width, one?.height]).toEqual([320, 217]);
  });

  it.each([
    ['too short', (lines: Uint8Array) => lines.subarray(0, lines.length - 1)],
    ['too long', (lines: Uint8Array) => Buffer.concat([lines, Uint8Array.of(0)])],
    ['filter type', (lines: Uint8Array) => lines.with(0, 5)],
  ])('refuses data that are wrong: %s', async (message, changeLines) => {
    const bytes = encodePng(recipe(2, 8, false, { changeLines }));
    await expect(decodePng(bytes, readPng(bytes), 320)).rejects.toThrow(message);
  });

  it('stops inflating at the first excess byte of a decompression bomb', async () => {
    const bytes = encodePng(
      recipe(2, 8, false, { changeLines: (lines) => Buffer.concat([lines, Buffer.alloc(60_000_000)]) }),
    );
    const before = process.memoryUsage().arrayBuffers;
    await expect(decodePng(bytes, readPng(bytes), 320)).rejects.toThrow('too long');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });
});
