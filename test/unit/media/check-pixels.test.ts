import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkPixels,
  type Codecs,
  makeThumbnail,
  type PixelCheck,
} from '../../../src/media/thumbnail/index.ts';
import { loadCodecs } from '../../helpers/codecs.ts';
import { expectImage, makeJpeg, paintScene } from '../../helpers/images.ts';
import { findSegment } from '../../helpers/jpeg-segments.ts';
import { encodeJpeg } from './jpeg-encoder.ts';

let codecs: Codecs;

beforeAll(async () => {
  codecs = await loadCodecs();
});

/** The check, and whether it asked for the JPEG decoder. */
async function check(bytes: Uint8Array): Promise<{ verdict: PixelCheck; isDecoded: boolean }> {
  let isDecoded = false;
  const watched: Codecs = {
    ...codecs,
    get jpegTurbo() {
      isDecoded = true;
      return codecs.jpegTurbo;
    },
  };
  return { verdict: await checkPixels(bytes, expectImage(bytes), watched), isDecoded };
}

const damage = (bytes: Uint8Array) => {
  const { end } = findSegment(bytes, 0xda);
  return Uint8Array.from(bytes).fill(0x55, end + 10, end + 900);
};

describe('checking the pixels of a JPEG', () => {
  it('needs no decoder for a sequential file, whole or damaged', async () => {
    const file = await makeJpeg(640, 480);
    const { verdict, isDecoded } = await check(file);
    expect(verdict).toEqual({
      ok: true,
      averageColor: expect.stringMatching(/^#[0-9a-f]{6}$/),
      thumbnail: { width: 320, height: 240 },
    });
    expect(isDecoded).toBe(false);
    const grey = await paintScene(96, 200).toColourspace('b-w').jpeg().toBuffer();
    expect(await check(grey)).toMatchObject({ verdict: { ok: true }, isDecoded: false });
    expect(await check(damage(file))).toMatchObject({
      verdict: { ok: false, reason: 'undecodable' },
      isDecoded: false,
    });
  });

  it('takes the colour of a small file from the decoder, and the verdict from the reader first', async () => {
    const file = await makeJpeg(7, 9);
    const { verdict, isDecoded } = await check(file);
    expect(isDecoded).toBe(true);
    const { channels } = await sharp(file).stats();
    const means = channels.map(({ mean }) => Math.round(mean));
    const color = verdict.ok
      ? [1, 3, 5].map((at) => Number.parseInt(verdict.averageColor.slice(at, at + 2), 16))
      : [];
    for (const [at, mean] of means.entries())
      expect(Math.abs(mean - (color[at] ?? 999))).toBeLessThanOrEqual(4);
    expect(await check(damage(await makeJpeg(120, 95, { quality: 100 })))).toMatchObject({
      verdict: { ok: false, reason: 'undecodable' },
      isDecoded: false,
    });
  });

  it('decodes what the reader leaves over', async () => {
    const file = await makeJpeg(640, 480, { progressive: true });
    expect(await check(file)).toMatchObject({ verdict: { ok: true }, isDecoded: true });
    const { start, end } = findSegment(file, 0xda);
    const cut = Uint8Array.from(file).fill(0x55, end + 1, start + 200);
    expect(await check(cut)).toMatchObject({
      verdict: { ok: false, reason: 'undecodable' },
      isDecoded: true,
    });
  });

  it('keeps a whole file whose sampling factors the decoder does not know, without a thumbnail', async () => {
    const component = (h: number, v: number) => ({ h, v, sample: (x: number, y: number) => (x ^ y) & 255 });
    const encode = (...factors: [number, number][]) =>
      encodeJpeg({ width: 180, height: 170, components: factors.map(([h, v]) => component(h, v)) });
    const odd = encode([1, 4], [1, 1], [1, 1]);
    expect((await check(odd)).verdict).toMatchObject({ ok: false, reason: 'no_decoder' });
    expect(await makeThumbnail(odd, expectImage(odd), codecs)).toEqual({ ok: false, reason: 'none' });
    const rare = encode([2, 2], [1, 2], [1, 2]);
    expect(await check(rare)).toMatchObject({ verdict: { ok: true }, isDecoded: true });
    expect(await makeThumbnail(rare, expectImage(rare), codecs)).toMatchObject({ ok: true });
  });

  it('reads a file that is too large to decode', async () => {
    const size = { width: 16_400, height: 200, channels: 3, background: '#777777' } as const;
    const file = await sharp({ create: size }).jpeg().toBuffer();
    expect(await check(file)).toMatchObject({
      verdict: { ok: false, reason: 'over_budget' },
      isDecoded: false,
    });
    expect(await check(damage(file))).toMatchObject({
      verdict: { ok: false, reason: 'undecodable' },
      isDecoded: false,
    });
  });
});
