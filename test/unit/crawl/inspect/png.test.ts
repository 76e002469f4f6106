import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { expectImage, join, makePng } from '../../../helpers/images.ts';
import { orientationTiff, withByte } from '../../../helpers/jpeg-segments.ts';
import { PNG_SIGNATURE, encodePng, pngChunk, pngHeader } from '../../../helpers/png-encoder.ts';

/** One colour, one bit a pixel, at the greatest compression: over 1,000 pixels a byte. */
function makeBlankPng(width: number, height: number): Uint8Array {
  const lines = Buffer.alloc(height * (1 + Math.ceil(width / 8)));
  const data = deflateSync(lines, { level: 9 });
  expect(lines.length / data.length).toBeGreaterThan(1_000);
  return join(
    PNG_SIGNATURE,
    pngChunk('IHDR', pngHeader(width, height, 1, 0)),
    pngChunk('IDAT', data),
    pngChunk('IEND'),
  );
}

const header = pngChunk('IHDR', pngHeader(32, 32, 8, 0));
const grey = encodePng({ width: 32, height: 32, depth: 8, colorType: 0, pixel: (x, y) => [x * y] });
const rest = grey.subarray(PNG_SIGNATURE.length + header.length);
const data = rest.subarray(0, rest.length - 12);
const palette = pngChunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6));
const end = pngChunk('IEND');

function withHeader(depth: number, colorType: number): Uint8Array {
  return join(PNG_SIGNATURE, pngChunk('IHDR', pngHeader(32, 32, depth, colorType)), rest);
}

function replaceBytes(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(from, to), 'latin1');
}

describe('inspecting PNG files', () => {
  it.each([
    [0, [1, 2, 4, 8, 16], 1],
    [2, [8, 16], 3],
    [3, [1, 2, 4, 8], 1],
    [4, [8, 16], 2],
    [6, [8, 16], 4],
  ])('accepts colour type %i at every depth of the standard', (colorType, depths, components) => {
    for (const depth of depths) {
      for (const interlaced of [false, true]) {
        const bytes = encodePng({
          width: 9,
          height: 5,
          depth,
          colorType,
          interlaced,
          ...(colorType === 3 ? { palette: [0, 0, 0, 9, 9, 9] } : {}),
          pixel: () => Array.from({ length: components }, () => 1),
        });
        expect(inspectImage(bytes)).toEqual({
          ok: true,
          image: {
            format: 'png',
            mime: 'image/png',
            width: 9,
            height: 5,
            orientation: 1,
            frames: 1,
            progressive: interlaced,
            components,
          },
        });
      }
    }
  });

  it('accepts what another encoder writes', async () => {
    for (const options of [{}, { palette: true }, { progressive: true }, { compressionLevel: 0 }]) {
      expect(expectImage(await makePng(300, 200, options))).toMatchObject({ width: 300, height: 200 });
    }
  });

  it('counts the frames of an animated file', () => {
    const control = pngChunk('fcTL', new Uint8Array(26));
    const extra = [pngChunk('acTL', new Uint8Array(8)), control, control, control];
    const moving = encodePng({ width: 4, height: 4, depth: 8, colorType: 0, pixel: () => [1], extra });
    expect(expectImage(moving).frames).toBe(3);
  });

  it('turns the dimensions by an eXIf chunk', () => {
    const turned = join(
      PNG_SIGNATURE,
      pngChunk('IHDR', pngHeader(32, 16, 8, 0)),
      pngChunk('eXIf', orientationTiff(6)),
      rest,
    );
    expect(expectImage(turned)).toMatchObject({ width: 16, height: 32, orientation: 6 });
  });

  it.each([
    ['colour type 1', withHeader(8, 1)],
    ['colour type 9', withHeader(8, 9)],
    ['line ends changed to CR CR LF', replaceBytes(grey, '\r\n', '\r\r\n')],
    ['a wrong CRC in the image data', withByte(grey, grey.length - 13, (grey.at(-13) ?? 0) ^ 1)],
    ['depth 0', withHeader(0, 2)],
    ['depth 3', withHeader(3, 2)],
    ['depth 99', withHeader(99, 2)],
    ['no image data', join(PNG_SIGNATURE, header, end)],
    ['a wrong CRC in the header', withByte(grey, 32, (grey[32] ?? 0) ^ 1)],
    ['line ends changed to LF', replaceBytes(grey, '\r\n', '\n')],
    ['bit 7 of the signature lost', withByte(grey, 0, 0x09)],
    ['a signature that says QNG', withByte(grey, 1, 0x51)],
    ['a signature in lower case', withByte(grey, 3, 0x67)],
    ['a space in the signature', withByte(grey, 7, 0x20)],
  ])('calls a file with %s corrupt', (_defect, bytes) => {
    expect(inspectImage(bytes)).toMatchObject({ ok: false, reason: 'corrupt' });
  });

  it.each([
    ['zero width', join(PNG_SIGNATURE, pngChunk('IHDR', pngHeader(0, 32, 8, 0)), rest)],
    ['a palette image without a palette', withHeader(8, 3)],
    ['a palette in a grey image', join(PNG_SIGNATURE, header, palette, rest)],
    [
      'a palette after the data',
      join(PNG_SIGNATURE, pngChunk('IHDR', pngHeader(32, 32, 8, 2)), data, palette, end),
    ],
    [
      'a palette of 4 bytes',
      join(
        PNG_SIGNATURE,
        pngChunk('IHDR', pngHeader(32, 32, 8, 2)),
        pngChunk('PLTE', Uint8Array.of(1, 2, 3, 4)),
        rest,
      ),
    ],
    ['split image data', join(PNG_SIGNATURE, header, data, pngChunk('tEXt'), data, end)],
    ['an unknown critical chunk', join(PNG_SIGNATURE, header, pngChunk('ABCD'), rest)],
    ['two headers', join(PNG_SIGNATURE, header, header, rest)],
    ['bytes after the end', join(grey, [0])],
    ['no end chunk', grey.subarray(0, grey.length - 12)],
    ['the header second', join(PNG_SIGNATURE, pngChunk('tEXt'), header, rest)],
    ['interlace method 2', join(PNG_SIGNATURE, pngChunk('IHDR', pngHeader(32, 32, 8, 0, 2)), rest)],
  ])('calls a file with %s corrupt', (_defect, bytes) => {
    expect(inspectImage(bytes)).toMatchObject({ ok: false, reason: 'corrupt' });
  });

  const tenBytes = pngChunk('IDAT', new Uint8Array(10));
  const ofSize = (width: number, height: number, interlace = 0) =>
    join(PNG_SIGNATURE, pngChunk('IHDR', pngHeader(width, height, 8, 0, interlace)), tenBytes, end);

  it.each([0, 1])('calls more pixels than the data can hold corrupt, interlace method %i', (interlace) => {
    const huge = 0x7fffffff;
    for (const [width, height] of [
      [huge, huge],
      [huge, 1],
      [1, huge],
      [10 * 1032, 1],
      [1, 5 * 1032 + 1],
    ] as const) {
      expect(inspectImage(ofSize(width, height, interlace))).toMatchObject({ ok: false, reason: 'corrupt' });
    }
  });

  it('accepts as many as the best compression reaches', () => {
    expect(inspectImage(ofSize(10 * 1032 - 1, 1))).toMatchObject({ ok: true });
    const blank = makeBlankPng(8192, 8192);
    expect(expectImage(blank)).toMatchObject({ width: 8192, height: 8192 });
  });

  it('calls every truncation corrupt', () => {
    for (let length = 8; length < grey.length; length++) {
      expect(inspectImage(grey.subarray(0, length))).toMatchObject({ ok: false, reason: 'corrupt' });
    }
  });
});
