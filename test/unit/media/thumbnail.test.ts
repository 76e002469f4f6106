import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ImageInfo } from '../../../src/media/image/types.ts';
import {
  checkPixels,
  type Codecs,
  makeThumbnail,
  type PixelCheck,
  type Thumbnail,
} from '../../../src/media/thumbnail/index.ts';
import { loadCodecs } from '../../helpers/codecs.ts';
import {
  differ,
  expectImage,
  join,
  makeCmykJpeg,
  makeJpeg,
  makePng,
  paintScene,
} from '../../helpers/images.ts';
import { findSegment, orientationTiff, withExif, withoutSegments } from '../../helpers/jpeg-segments.ts';
import { PNG_SIGNATURE, encodePng, pngChunk, pngHeader } from '../../helpers/png-encoder.ts';

let codecs: Codecs;

beforeAll(async () => {
  codecs = await loadCodecs();
});

async function check(bytes: Uint8Array): Promise<PixelCheck> {
  return await checkPixels(bytes, expectImage(bytes), codecs);
}

/** The thumbnail, which has the size that the check at import foretold. */
async function make(bytes: Uint8Array): Promise<Extract<Thumbnail, { ok: true }> & { averageColor: string }> {
  const checked = await check(bytes);
  if (!checked.ok) throw new Error(`${checked.reason}: ${checked.detail}`);
  const thumbnail = await makeThumbnail(bytes, expectImage(bytes), codecs);
  if (!thumbnail.ok) throw new Error(thumbnail.reason);
  expect(checked.thumbnail).toEqual({ width: thumbnail.width, height: thumbnail.height });
  return { ...thumbnail, averageColor: checked.averageColor };
}

/** What sharp makes of the same picture: turned, then fitted. */
async function reference(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes)
    .rotate()
    .resize(320, 320, { fit: 'inside', withoutEnlargement: true, kernel: 'linear' })
    .png()
    .toBuffer();
}

describe('making thumbnails', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'turns a JPEG of orientation %i the way sharp does',
    async (orientation) => {
      const bytes = withExif(await makeJpeg(1200, 700), orientationTiff(orientation));
      const thumbnail = await make(bytes);
      expect([thumbnail.width, thumbnail.height]).toEqual(orientation < 5 ? [320, 187] : [187, 320]);
      expect(await sharp(thumbnail.webp).metadata()).toMatchObject({
        format: 'webp',
        width: thumbnail.width,
        height: thumbnail.height,
      });
      expect(await differ(thumbnail.webp, await reference(bytes))).toBeLessThan(6);
    },
  );

  it('decodes progressive, grey and four-ink JPEGs, with and without the Adobe marker', async () => {
    const cmyk = await makeCmykJpeg(800, 500);
    const files = [
      await makeJpeg(800, 500, { progressive: true }),
      await sharp(await makeJpeg(800, 500))
        .toColourspace('b-w')
        .jpeg()
        .toBuffer(),
      cmyk,
    ];
    for (const file of files)
      expect(await differ((await make(file)).webp, await reference(file))).toBeLessThan(25);

    const [inverted, plain] = await Promise.all([make(cmyk), make(withoutSegments(cmyk, 0xee))]);
    expect(await differ(inverted.webp, plain.webp)).toBeGreaterThan(25);
  });

  it('fits 320 x 320 and never enlarges', async () => {
    const sizes = [];
    for (const [width, height] of [
      [319, 20],
      [320, 321],
      [641, 480],
      [5000, 3],
      [1, 1],
    ] as const) {
      for (const bytes of [await makeJpeg(width, height), await makePng(width, height)]) {
        const thumbnail = await make(bytes);
        sizes.push(`${width}x${height} ${thumbnail.width}x${thumbnail.height}`);
      }
    }
    expect([...new Set(sizes)]).toEqual([
      '319x20 319x20',
      '320x321 319x320',
      '641x480 320x240',
      '5000x3 320x1',
      '1x1 1x1',
    ]);
  });

  it('averages colour by alpha, so that hidden pixels lend none', async () => {
    const bytes = encodePng({
      width: 640,
      height: 640,
      depth: 8,
      colorType: 6,
      pixel: (x) => (x % 2 === 0 ? [255, 0, 0, 255] : [0, 255, 0, 0]),
    });
    const thumbnail = await make(bytes);
    expect(thumbnail.averageColor).toBe('#ff0000');
    const [red, green, , alpha] = await sharp(thumbnail.webp).raw().toBuffer();
    expect(red).toBeGreaterThan(240);
    expect(green).toBeLessThan(15);
    expect(alpha).toBe(128);
  });

  it('gives the average colour of the picture', async () => {
    const flat = (background: string) =>
      sharp({ create: { width: 700, height: 400, channels: 3, background } })
        .png()
        .toBuffer();
    expect((await make(await flat('#336699'))).averageColor).toBe('#336699');
    const clear = encodePng({ width: 4, height: 4, depth: 8, colorType: 4, pixel: () => [0, 0] });
    expect((await make(clear)).averageColor).toBe('#ffffff');
  });

  it('keeps serving after files that the decoders refuse', async () => {
    const good = await makeJpeg(400, 300);
    const { end } = findSegment(good, 0xda);
    const damaged = Uint8Array.from(good);
    damaged.fill(0x55, end + 10, end + 900);
    const shortData = encodePng({
      width: 9,
      height: 9,
      depth: 8,
      colorType: 0,
      pixel: () => [1],
      changeLines: (l) => l.subarray(1),
    });
    for (const bytes of [damaged, shortData]) {
      expect(await check(bytes)).toMatchObject({ ok: false, reason: 'undecodable' });
      expect(await makeThumbnail(bytes, expectImage(bytes), codecs)).toEqual({ ok: false, reason: 'none' });
    }
    expect((await make(good)).ok).toBe(true);
  });

  it('makes one instance of a decoder for many images, those it refuses included', async () => {
    const jpeg = await makeJpeg(400, 300);
    const webp = await paintScene(300, 200).webp({ lossless: true }).toBuffer();
    const { end } = findSegment(jpeg, 0xda);
    const files = [
      jpeg,
      Uint8Array.from(jpeg).fill(0x55, end + 10, end + 900),
      webp,
      Uint8Array.from(webp).fill(0xff, 200),
    ];
    const { Instance } = WebAssembly;
    const instances = vi.spyOn(WebAssembly, 'Instance').mockImplementation(function (module, imports) {
      return new Instance(module, imports);
    });
    try {
      for (let round = 0; round < 5; round++) {
        for (const bytes of files) {
          await check(bytes);
          await makeThumbnail(bytes, expectImage(bytes), codecs);
        }
      }
      // Of two decoders and the encoder, as far as they were not made before.
      expect(instances.mock.calls.length).toBeLessThanOrEqual(3);
    } finally {
      instances.mockRestore();
    }
  });

  it('says that a format has no decoder here', async () => {
    const bytes = await paintScene(60, 40).avif().toBuffer();
    expect(await check(bytes)).toEqual({
      ok: false,
      reason: 'no_decoder',
      detail: 'avif cannot be decoded here',
    });
    expect(await makeThumbnail(bytes, expectImage(bytes), codecs)).toEqual({ ok: false, reason: 'none' });
  });

  it('answers instead of throwing when the bytes are not the image described', async () => {
    const image: ImageInfo = expectImage(await makeJpeg(20, 20));
    expect(await checkPixels(new Uint8Array(9), image, codecs)).toMatchObject({
      ok: false,
      reason: 'undecodable',
    });
    expect(await makeThumbnail(new Uint8Array(9), image, codecs)).toEqual({ ok: false, reason: 'none' });
  });
});

describe('pixel budgets', () => {
  async function judge(bytes: Uint8Array): Promise<string> {
    const checked = await check(bytes);
    const thumbnail = await makeThumbnail(bytes, expectImage(bytes), codecs);
    expect(thumbnail.ok).toBe(checked.ok);
    return checked.ok ? 'made' : checked.reason;
  }

  it('refuses a PNG by its header, before inflating anything', async () => {
    const header = pngChunk('IHDR', pngHeader(4001, 4000, 8, 6));
    // Enough for the dimensions, and nothing that could be inflated.
    const data = pngChunk('IDAT', new Uint8Array(65_536));
    const bytes = join(PNG_SIGNATURE, header, data, pngChunk('IEND'));
    expect(await judge(bytes)).toBe('over_budget');
  });

  it('refuses a side over 16,384 pixels', async () => {
    const bytes = await makePng(16_385, 1);
    expect(await judge(bytes)).toBe('over_budget');
  });

  it('has a smaller budget for lossless WebP files than for lossy ones', async () => {
    const lossy = (width: number) =>
      sharp({ create: { width, height: 2_000, channels: 3, background: '#777' } })
        .webp({ effort: 0 })
        .toBuffer();
    const small = await paintScene(20, 10).webp({ lossless: true }).toBuffer();
    // The header alone decides: 14 bits each for width and height.
    const lossless = (width: number) => {
      const bytes = Buffer.from(small);
      bytes.writeUInt32LE((width - 1) | (1_999 << 14), 21);
      return bytes;
    };
    expect(await judge(await lossy(3_000))).toBe('made');
    expect(await judge(await lossy(3_001))).toBe('over_budget');
    expect(await judge(lossless(2_000))).toBe('undecodable');
    expect(await judge(lossless(2_001))).toBe('over_budget');
  });

  it('judges a GIF by its canvas', async () => {
    const small = await paintScene(20, 10).gif().toBuffer();
    const onCanvas = (width: number) => {
      const bytes = Buffer.from(small);
      bytes.writeUInt16LE(width, 6);
      bytes.writeUInt16LE(2_000, 8);
      return bytes;
    };
    expect(await judge(onCanvas(2_000))).toBe('made');
    expect(await judge(onCanvas(2_001))).toBe('over_budget');
    expect(await judge(onCanvas(16_385))).toBe('over_budget');
  });

  it('has a smaller budget for progressive JPEGs than for baseline ones', async () => {
    const size = { width: 3600, height: 2400, channels: 3, background: '#777777' } as const;
    const make444 = (progressive: boolean) =>
      sharp({ create: size }).jpeg({ progressive, chromaSubsampling: '4:4:4' }).toBuffer();
    const [baseline, progressive] = await Promise.all([make444(false), make444(true)]);
    expect(await judge(baseline)).toBe('made');
    expect(await judge(progressive)).toBe('over_budget');
  });

  it('refuses a progressive file with a flood of scans', async () => {
    const file = await makeJpeg(1000, 800, { progressive: true });
    const end = file.length - 2;
    const firstScan = findSegment(file, 0xda);
    const nextMarker = Buffer.from(file).indexOf(Uint8Array.of(0xff, 0xc4), firstScan.end);
    const scan = file.subarray(firstScan.start, nextMarker);
    const flood = join(file.subarray(0, end), ...Array.from({ length: 400 }, () => scan), file.subarray(end));
    expect(await judge(flood)).toBe('over_budget');
  });
});
