import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { readWebp } from '../../../src/media/image/webp.ts';
import { checkPixels, type Codecs, makeThumbnail } from '../../../src/media/thumbnail/index.ts';
import { decodeWebp } from '../../../src/media/thumbnail/webp.ts';
import { loadCodecs } from '../../helpers/codecs.ts';
import { expectImage, paintScene } from '../../helpers/images.ts';
import { animate } from '../../helpers/sample-files.ts';
import { ANIM, VP8X_FLAGS, anmf, takeWebpChunk, vp8x, webpFile } from '../../helpers/webp-files.ts';

let codecs: Codecs;

beforeAll(async () => {
  codecs = await loadCodecs();
});

/** The largest difference of a channel between our pixels and those of another decoder. */
async function compare(bytes: Uint8Array): Promise<number> {
  const mine = await decodeWebp(readWebp(bytes), 320, codecs.webpDecoder);
  const theirs = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([mine.width, mine.height]).toEqual([theirs.info.width, theirs.info.height]);
  return mine.data.reduce((most, value, at) => Math.max(most, Math.abs(value - (theirs.data[at] ?? 0))), 0);
}

describe('decoding WebP', () => {
  it('reads lossy and lossless files, with and without alpha, as another decoder does', async () => {
    const opaque = paintScene(61, 47);
    const clear = sharp(await opaque.clone().png().toBuffer()).ensureAlpha(0.5);
    for (const picture of [opaque, clear]) {
      for (const options of [{}, { lossless: true }, { quality: 10, alphaQuality: 10 }]) {
        // Averaging weighs colours by alpha, which rounds once more.
        expect(await compare(await picture.clone().webp(options).toBuffer())).toBeLessThanOrEqual(1);
      }
    }
  });

  it('shows the first frame of an animation', async () => {
    for (const options of [{}, { lossless: true }]) {
      const moving = await (await animate(60, 40, 3)).webp(options).toBuffer();
      expect(await compare(moving)).toBeLessThanOrEqual(1);
    }
  });

  it('puts a smaller frame in its place, on a transparent canvas', async () => {
    const lossless = await paintScene(20, 10).webp({ lossless: true }).toBuffer();
    const frame = anmf(30, 12, 20, 10, takeWebpChunk(lossless, 'VP8L'));
    const flags = VP8X_FLAGS.animation | VP8X_FLAGS.alpha;
    const bytes = webpFile(vp8x(flags, 64, 32), ANIM, frame);
    expect(await compare(bytes)).toBe(0);
    const { data } = await decodeWebp(readWebp(bytes), 320, codecs.webpDecoder);
    const painted = data.filter((value, at) => at % 4 === 3 && value === 255);
    expect(painted.length).toBe(200);
  });

  it('turns the picture by its orientation', async () => {
    const bytes = await paintScene(90, 50).withMetadata({ orientation: 6 }).webp().toBuffer();
    const thumbnail = await makeThumbnail(bytes, expectImage(bytes), codecs);
    expect(thumbnail).toMatchObject({ ok: true, width: 50, height: 90 });
  });

  it('finds damaged pixel data, and serves the next file', async () => {
    const good = await paintScene(300, 200).webp({ lossless: true }).toBuffer();
    const damaged = Uint8Array.from(good).fill(0xff, 200);
    const verdict = await checkPixels(damaged, expectImage(damaged), codecs);
    expect(verdict).toMatchObject({ ok: false, reason: 'undecodable' });
    expect(await makeThumbnail(good, expectImage(good), codecs)).toMatchObject({ ok: true });
  });
});
