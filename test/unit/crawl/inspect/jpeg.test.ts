import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { expectImage, join, makeCmykJpeg, makeJpeg, paintScene } from '../../../helpers/images.ts';
import {
  findSegment,
  orientationTiff,
  withByte,
  withExif,
  withoutSegments,
} from '../../../helpers/jpeg-segments.ts';

const SOF0 = 0xc0;
const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;

let baseline: Uint8Array;

beforeAll(async () => {
  baseline = await makeJpeg(200, 120);
});

function expectCorrupt(bytes: Uint8Array): void {
  expect(inspectImage(bytes)).toMatchObject({ ok: false, reason: 'corrupt' });
}

describe('inspecting JPEG files', () => {
  it('describes a baseline file', () => {
    expect(inspectImage(baseline)).toEqual({
      ok: true,
      image: {
        format: 'jpeg',
        mime: 'image/jpeg',
        width: 200,
        height: 120,
        orientation: 1,
        frames: 1,
        progressive: false,
        components: 3,
      },
    });
  });

  it('accepts progressive, grey, four-ink, subsampled and one-pixel files', async () => {
    expect(expectImage(await makeJpeg(211, 97, { progressive: true })).progressive).toBe(true);
    expect(expectImage(await paintScene(65, 40).toColourspace('b-w').jpeg().toBuffer()).components).toBe(1);
    expect(expectImage(await makeCmykJpeg(50, 70)).components).toBe(4);
    for (const chromaSubsampling of ['4:4:4', '4:2:0']) {
      for (const options of [{ mozjpeg: true }, { quality: 100 }, { quality: 1 }]) {
        expectImage(await makeJpeg(333, 17, { chromaSubsampling, ...options }));
      }
    }
    expectImage(await makeJpeg(1, 1));
  });

  it('accepts restart markers in order and refuses a lost, doubled or unannounced one', async () => {
    const onlyGrey = await paintScene(16, 8).toColourspace('b-w').jpeg({ quality: 1 }).toBuffer();
    const scan = findSegment(onlyGrey, SOS);
    const dri = [0xff, 0xdd, 0, 4, 0, 1];
    const body = onlyGrey.subarray(scan.end, onlyGrey.length - 2);
    const head = onlyGrey.subarray(0, scan.start);
    const scanHeader = onlyGrey.subarray(scan.start, scan.end);
    const restart = (code: number) => [0xff, code];
    const tail = [0xff, 0xd9];
    expectImage(join(head, dri, scanHeader, body, restart(0xd0), body, tail));
    expectCorrupt(join(head, dri, scanHeader, body, body, tail));
    expectCorrupt(join(head, dri, scanHeader, body, restart(0xd1), body, tail));
    expectCorrupt(join(head, scanHeader, body, restart(0xd0), body, tail));
  });

  it('tolerates bytes after the end marker and fill bytes before a marker', () => {
    expectImage(join(baseline, [1, 2, 3, 0xff, 0xd8]));
    const { start } = findSegment(baseline, DQT);
    expectImage(join(baseline.subarray(0, start), [0xff, 0xff], baseline.subarray(start)));
  });

  it('calls every truncation corrupt, baseline and progressive', async () => {
    const progressive = await makeJpeg(90, 60, { progressive: true });
    for (const file of [baseline, progressive]) {
      for (let length = 2; length < file.length; length++) expectCorrupt(file.subarray(0, length));
    }
  });

  it('refuses a scan that is too short for its frame, even with an end marker', () => {
    expectCorrupt(join(baseline.subarray(0, findSegment(baseline, SOS).end + 20), [0xff, 0xd9]));
    const sof = findSegment(baseline, SOF0);
    expectCorrupt(withByte(baseline, sof.start + 5, 0xff));
  });

  it('refuses damaged headers', () => {
    const sof = findSegment(baseline, SOF0).start;
    const dqt = findSegment(baseline, DQT).start;
    const dht = findSegment(baseline, DHT).start;
    const sos = findSegment(baseline, SOS).start;
    expectCorrupt(withByte(baseline, sof + 4, 7));
    expectCorrupt(join(baseline.subarray(0, sof + 7), [0, 0], baseline.subarray(sof + 9)));
    expectCorrupt(withByte(baseline, sof + 11, 0x51));
    expectCorrupt(withByte(baseline, sof + 3, 16));
    expectCorrupt(withByte(baseline, dqt + 4, 0x20));
    expectCorrupt(withByte(baseline, dht + 5, 3));
    expectCorrupt(withByte(baseline, sos + 5, 77));
    expectCorrupt(withByte(baseline, sos, 0));
    expectCorrupt(withoutSegments(baseline, DQT));
    expectCorrupt(withoutSegments(baseline, SOF0));
    expectCorrupt(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9));
  });

  it('names valid kinds that are not accepted', () => {
    const sof = findSegment(baseline, SOF0).start;
    for (const marker of [0xc3, 0xc5, 0xc9, 0xca, 0xcb, 0xcc, 0xcf]) {
      expect(inspectImage(withByte(baseline, sof + 1, marker))).toMatchObject({
        ok: false,
        reason: 'format',
      });
    }
    const extended = withByte(withByte(baseline, sof + 1, 0xc1), sof + 4, 12);
    expect(inspectImage(extended)).toMatchObject({ ok: false, reason: 'format', detail: '12-bit JPEG' });
    expectImage(withByte(baseline, sof + 1, 0xc1));
  });
});

describe('EXIF orientation', () => {
  it('is read in both byte orders, and 5 to 8 exchange width and height', () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      for (const isLittle of [false, true]) {
        const image = expectImage(withExif(baseline, orientationTiff(orientation, isLittle)));
        expect(image.orientation).toBe(orientation);
        expect([image.width, image.height]).toEqual(orientation < 5 ? [200, 120] : [120, 200]);
      }
    }
  });

  it('is that of the first block, where there are more', () => {
    const bytes = withExif(withExif(baseline, orientationTiff(3)), orientationTiff(6));
    expect(expectImage(bytes).orientation).toBe(6);
  });

  it('agrees with what another encoder writes', async () => {
    const bytes = await sharp(baseline).withMetadata({ orientation: 8 }).toBuffer();
    expect(expectImage(bytes)).toMatchObject({ orientation: 8, width: 120, height: 200 });
  });

  it('is 1 for hostile or senseless blocks, which do not make the image corrupt', () => {
    const good = orientationTiff(6);
    const hostile = [
      new Uint8Array(0),
      good.subarray(0, 7),
      good.subarray(0, 20).subarray(0, 12),
      withByte(good, 4, 0xff),
      withByte(good, 7, 25),
      withByte(good, 0, 0),
      withByte(good, 3, 43),
      withByte(good, 13, 9),
      withByte(good, 19, 9),
      withByte(good, 19, 0),
      withByte(withByte(good, 8, 0xff), 11, 0),
    ];
    for (const tiff of hostile) expect(expectImage(withExif(baseline, tiff)).orientation).toBe(1);
  });
});
