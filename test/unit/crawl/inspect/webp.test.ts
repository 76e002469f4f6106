import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { expectImage, join, paintScene } from '../../../helpers/images.ts';
import { orientationTiff, withByte } from '../../../helpers/jpeg-segments.ts';
import { animate } from '../../../helpers/sample-files.ts';
import {
  ANIM,
  VP8X_FLAGS,
  anmf,
  listWebpChunks,
  takeWebpChunk,
  vp8x,
  webpChunk,
  webpFile,
} from '../../../helpers/webp-files.ts';

/** Of 40 x 30 pixels. */
let lossy: Uint8Array;
let lossless: Uint8Array;
let picture: Uint8Array;
let picture20: Uint8Array;

beforeAll(async () => {
  lossy = await paintScene(40, 30).webp().toBuffer();
  lossless = await paintScene(40, 30).webp({ lossless: true }).toBuffer();
  picture = takeWebpChunk(lossy, 'VP8 ');
  picture20 = takeWebpChunk(await paintScene(20, 10).webp().toBuffer(), 'VP8 ');
});

function expectCorrupt(bytes: Uint8Array, detail = ''): void {
  expect(inspectImage(bytes)).toMatchObject({
    ok: false,
    reason: 'corrupt',
    detail: expect.stringContaining(detail),
  });
}

describe('inspecting WebP files', () => {
  it('describes a lossy file', () => {
    expect(inspectImage(lossy)).toEqual({
      ok: true,
      image: {
        format: 'webp',
        mime: 'image/webp',
        width: 40,
        height: 30,
        orientation: 1,
        frames: 1,
        progressive: false,
        components: 3,
      },
    });
  });

  it('accepts lossless files, alpha planes and chunks it does not know', () => {
    const canvas = vp8x(VP8X_FLAGS.alpha, 40, 30);
    const plane = webpChunk('ALPH', join([0], new Uint8Array(40 * 30)));
    expectImage(lossless);
    expect(expectImage(webpFile(canvas, plane, picture)).components).toBe(4);
    expectImage(webpFile(vp8x(0, 40, 30), webpChunk('ABCD', []), picture, webpChunk('EFGH', [1, 2, 3])));
    expectImage(webpFile(picture, webpChunk('ABCD', [])));
  });

  it('counts the frames of an animation and measures its canvas', async () => {
    const moving = await (await animate(60, 40, 5)).webp().toBuffer();
    expect(expectImage(moving)).toMatchObject({ width: 60, height: 40, frames: 5 });
    const made = webpFile(
      vp8x(VP8X_FLAGS.animation, 100, 80),
      ANIM,
      anmf(0, 0, 40, 30, picture),
      anmf(80, 70, 20, 10, picture20),
    );
    expect(expectImage(made)).toMatchObject({ width: 100, height: 80, frames: 2 });
  });

  it('turns the dimensions by an EXIF chunk that its header announces', () => {
    const exif = orientationTiff(6);
    const named = join(Buffer.from('Exif\0\0'), exif);
    const withChunk = (flags: number, payload: Uint8Array) =>
      webpFile(vp8x(flags, 40, 30), picture, webpChunk('EXIF', payload));
    for (const payload of [exif, named]) {
      expect(expectImage(withChunk(VP8X_FLAGS.exif, payload))).toMatchObject({
        width: 30,
        height: 40,
        orientation: 6,
      });
    }
    expect(expectImage(withChunk(0, exif)).orientation).toBe(1);
    expect(expectImage(withChunk(VP8X_FLAGS.exif, new Uint8Array(0))).orientation).toBe(1);
  });

  it('tolerates bytes after the end and a last pad byte that is missing', () => {
    expectImage(join(lossy, [1, 2, 3]));
    const padded = webpFile(vp8x(0, 40, 30), picture, webpChunk('ABCD', [7]));
    const unpadded = withByte(padded.subarray(0, padded.length - 1), 4, padded.length - 9);
    expect(unpadded.length).toBe(8 + (unpadded[4] ?? 0) + 256 * (unpadded[5] ?? 0));
    expectImage(unpadded);
  });

  it('refuses chunks that leave the file, whatever size they claim', () => {
    expectCorrupt(webpFile());
    expectCorrupt(
      webpFile(join(Buffer.from('VP8 '), [0xff, 0xff, 0xff, 0xff], new Uint8Array(40))),
      'truncated',
    );
    expectCorrupt(withByte(lossy, 7, 0xff), 'truncated');
    expectCorrupt(webpFile(picture, new Uint8Array(4)), 'truncated');
    expectCorrupt(webpFile(vp8x(0, 40, 30), picture, join(Buffer.from('ABCD'), [9, 0, 0, 0])), 'truncated');
  });

  it('refuses damaged headers of lossy and lossless pictures', () => {
    expectCorrupt(webpFile(webpChunk('ABCD', []), picture), 'first chunk');
    expectCorrupt(withByte(lossy, 20, (lossy[20] ?? 0) | 1), 'frame tag');
    expectCorrupt(withByte(lossy, 23, 0), 'start code');
    expectCorrupt(withByte(withByte(lossy, 26, 0), 27, 0), 'dimensions');
    expectCorrupt(withByte(lossy, 22, 0xff), 'partition length');
    expectCorrupt(withByte(lossless, 20, 0), 'signature');
    expectCorrupt(withByte(lossless, 24, 0xff), 'version');
    expectCorrupt(webpFile(webpChunk('VP8 ', [])), 'truncated');
    expectCorrupt(webpFile(webpChunk('VP8L', [0x2f])), 'truncated');
  });

  it('refuses a lossy picture that claims more pixels than its data can hold', async () => {
    expectCorrupt(withByte(withByte(lossy, 27, 0x3f), 29, 0x3f), 'too short');
    const blank = { width: 4_000, height: 4_000, channels: 3, background: '#000' } as const;
    const best = await sharp({ create: blank }).webp({ quality: 1 }).toBuffer();
    expect(expectImage(best)).toMatchObject({ width: 4_000, height: 4_000 });
  });

  it('refuses pictures that differ from what the canvas or frame announces', () => {
    expectCorrupt(webpFile(vp8x(0, 41, 30), picture), '40 x 30');
    expectCorrupt(webpFile(vp8x(0, 40, 30)), 'no picture');
    expectCorrupt(webpFile(vp8x(0, 40, 30), picture, picture), 'more than one');
    expectCorrupt(webpFile(vp8x(0, 40, 30), vp8x(0, 40, 30), picture), 'second VP8X');
    expectCorrupt(webpFile(webpChunk('VP8X', [0]), picture), 'length');
    expectCorrupt(webpFile(vp8x(0, 2 ** 24, 2 ** 24), picture), 'canvas');
    const alpha = (...payload: number[]) => webpChunk('ALPH', payload);
    expectCorrupt(webpFile(vp8x(VP8X_FLAGS.alpha, 40, 30), alpha(0, 1, 2), picture), 'alpha');
    expectCorrupt(webpFile(vp8x(VP8X_FLAGS.alpha, 40, 30), alpha(2, 1, 2), picture), 'alpha');
    expectCorrupt(webpFile(vp8x(VP8X_FLAGS.alpha, 40, 30), alpha(1, 1, 2)), 'no picture');
  });

  it('refuses animations that are not whole', () => {
    const canvas = vp8x(VP8X_FLAGS.animation, 100, 80);
    const frame = anmf(0, 0, 40, 30, picture);
    expectCorrupt(webpFile(canvas, ANIM), 'without frames');
    expectCorrupt(webpFile(canvas, frame), 'before the ANIM');
    expectCorrupt(webpFile(canvas, ANIM, picture), 'outside');
    expectCorrupt(webpFile(canvas, ANIM, anmf(62, 0, 40, 30, picture)), 'leaves the canvas');
    expectCorrupt(webpFile(canvas, ANIM, frame, anmf(0, 0, 40, 30)), 'no picture');
    expectCorrupt(webpFile(canvas, ANIM, anmf(0, 0, 30, 30, picture)), '40 x 30');
    expectCorrupt(webpFile(canvas, ANIM, webpChunk('ANMF', [1, 2, 3])), 'truncated');
    const [, , chunk] = listWebpChunks(webpFile(canvas, ANIM, frame));
    const cut = webpChunk('ANMF', chunk?.payload.subarray(0, 60) ?? []);
    expectCorrupt(webpFile(canvas, ANIM, cut), 'truncated');
  });
});
