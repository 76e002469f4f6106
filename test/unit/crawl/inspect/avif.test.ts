import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import {
  type AvifRecipe,
  avifFile,
  box,
  encodeAv1,
  fullBox,
  hdlr,
  imir,
  irot,
  ispe,
  movieBox,
  u16,
  u32,
} from '../../../helpers/avif-files.ts';
import { expectImage, join } from '../../../helpers/images.ts';
import { withByte } from '../../../helpers/jpeg-segments.ts';

/** A coded picture of 64 x 32 pixels. */
let data: Uint8Array;
let av1C: Uint8Array;

beforeAll(async () => {
  ({ data, av1C } = await encodeAv1(64, 32));
});

function recipe(changes: Partial<AvifRecipe> = {}): AvifRecipe {
  return { items: [{ type: 'av01', data }], properties: [ispe(64, 32), av1C], ...changes };
}

function expectRefused(bytes: Uint8Array, detail: string, reason = 'corrupt'): void {
  expect(inspectImage(bytes)).toMatchObject({ ok: false, reason, detail: expect.stringContaining(detail) });
}

/** A copy in which one run of bytes, which must occur once, is replaced by another of the same length. */
function replaced(bytes: Uint8Array, from: Uint8Array | string, to: Uint8Array | string): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(from);
  expect(at).toBeGreaterThan(0);
  expect(copy.indexOf(from, at + 1)).toBe(-1);
  copy.set(Buffer.from(to), at);
  return copy;
}

describe('inspecting AVIF files', () => {
  it('describes a still file', () => {
    expect(inspectImage(avifFile(recipe()))).toEqual({
      ok: true,
      image: {
        format: 'avif',
        mime: 'image/avif',
        width: 64,
        height: 32,
        orientation: 1,
        frames: 1,
        progressive: false,
        components: 3,
      },
    });
  });

  it('finds the data of items in any place, and the brand anywhere in the list', () => {
    for (const place of ['mdat', 'idat', 'open mdat', 'large mdat'] as const) {
      const bytes = avifFile(recipe({ place }));
      expectImage(bytes);
      for (const length of [bytes.length - 1, bytes.length - data.length, 60]) {
        expectRefused(bytes.subarray(0, length), '');
      }
    }
    const general = avifFile(recipe({ brands: ['mif1', 'miaf', 'MA1B', 'avif'] }));
    expectImage(general);
    expectRefused(general.subarray(0, 20), 'ftyp');
    expectRefused(avifFile(recipe({ brands: ['mif1', 'heic'] })), 'HEIF', 'format');
  });

  it('maps every turn and mirroring to the orientation that shows the same picture', async () => {
    const seen = new Set<number>();
    for (const turns of [[], [irot(1)], [irot(2)], [irot(3)]]) {
      for (const mirror of [[], [imir(0)], [imir(1)]]) {
        const properties = [ispe(64, 32), av1C, ...turns, ...mirror];
        const bytes = avifFile(recipe({ properties }));
        const image = expectImage(bytes);
        seen.add(image.orientation);
        const stored = await sharp(avifFile(recipe())).png().toBuffer();
        const [shown, turned] = await Promise.all([
          sharp(bytes).raw().toBuffer({ resolveWithObject: true }),
          sharp(await sharp(stored).withMetadata({ orientation: image.orientation }).toBuffer())
            .rotate()
            .raw()
            .toBuffer({ resolveWithObject: true }),
        ]);
        expect([image.width, image.height]).toEqual([shown.info.width, shown.info.height]);
        expect(shown.data.equals(turned.data)).toBe(true);
      }
    }
    expect(seen.size).toBe(8);
  });

  it('measures the clean aperture, as another decoder does', async () => {
    const clap = (width: number, height: number, divisor = 1) =>
      box('clap', ...[width, divisor, height, divisor, 0, 1, 0, 1].map(u32));
    const cropped = avifFile(recipe({ properties: [ispe(64, 32), av1C, clap(40, 20), irot(1)] }));
    expect(expectImage(cropped)).toMatchObject({ width: 20, height: 40, orientation: 8 });
    expect(await sharp(cropped).metadata()).toMatchObject({ width: 20, height: 40 });
    for (const wrong of [clap(65, 20), clap(0, 20), clap(4, 4, 0)]) {
      expectRefused(avifFile(recipe({ properties: [ispe(64, 32), av1C, wrong] })), 'clean aperture');
    }
  });

  it('takes a grid of tiles for one picture of their common size', () => {
    const grid = (width: number, height: number) => join([0, 0, 0, 1], u16(width), u16(height));
    const items = [
      { type: 'grid', data: grid(128, 32) },
      { type: 'av01', data },
    ];
    expect(expectImage(avifFile({ items, properties: [ispe(128, 32)] }))).toMatchObject({ width: 128 });
    expectRefused(avifFile({ items, properties: [ispe(129, 32)] }), 'grid');
  });

  it('counts the pictures of a sequence, with a still image beside it or without', () => {
    const brands = ['avis', 'avif', 'msf1'];
    const samples = [10, 20, 30];
    const both = avifFile(recipe({ brands, moreBoxes: [movieBox(samples, 0)] }));
    expect(expectImage(both)).toMatchObject({ width: 64, height: 32, frames: 3 });
    const ftyp = box('ftyp', Buffer.from('avis'), u32(0));
    const dataAt = ftyp.length + movieBox(samples, 0).length + 8;
    const alone = (...sizes: [number[], number]) =>
      join(ftyp, movieBox(...sizes), box('mdat', new Uint8Array(60)));
    expect(expectImage(alone(samples, dataAt))).toMatchObject({ width: 64, height: 32, frames: 3 });
    expectRefused(alone(samples, dataAt + 1), 'sample');
    expectRefused(alone([10, 20, 0xffffffff], dataAt), 'sample');
    expectRefused(alone([], dataAt), 'sample');
    expectRefused(replaced(alone(samples, dataAt), 'pict', 'soun'), 'no track');
    expectRefused(replaced(alone(samples, dataAt), 'av01', 'hvc1'), 'hvc1', 'format');
  });

  it('refuses files in which something needed is missing', () => {
    const bytes = avifFile(recipe());
    for (const type of ['meta', 'hdlr', 'pitm', 'iloc', 'iinf', 'iprp', 'ipco', 'av1C']) {
      expectRefused(replaced(bytes, type, 'free'), type);
    }
    expectRefused(replaced(bytes, 'ispe', 'free'), 'dimensions');
    expectRefused(replaced(bytes, 'ipma', 'free'), 'dimensions');
    expectRefused(replaced(bytes, 'pict', 'vide'), 'handler');
    expectRefused(replaced(bytes, ispe(64, 32), ispe(0, 32)), 'dimensions');
    expectRefused(replaced(bytes, ispe(64, 32), ispe(0xffffffff, 32)), 'dimensions');
    expectRefused(
      replaced(bytes, join(Buffer.from('pitm'), u32(0), u16(1)), join(Buffer.from('pitm'), u32(0), u16(9))),
      'declared',
    );
    expectRefused(join(bytes, box('meta')), 'second meta');
    expectRefused(avifFile(recipe({ items: [{ type: 'hvc1', data }] })), 'hvc1', 'format');
  });

  it('refuses data that leave the file, and boxes that leave their container', () => {
    const bytes = avifFile(recipe());
    expectRefused(avifFile(recipe({ shift: 1 })), 'leave the file');
    expectRefused(avifFile(recipe({ place: 'idat', shift: 0xffffff00 })), 'leave the file');
    const meta = Buffer.from(bytes).indexOf('meta') - 4;
    expectRefused(withByte(bytes, meta, 0xff), 'box meta');
    expectRefused(withByte(bytes, Buffer.from(bytes).indexOf('ipco') - 2, 0x7f), 'box ipco');
    const ipco = Buffer.from(bytes).indexOf('ipco') - 4;
    const reach = Buffer.from(bytes).readUInt32BE(ipco) + 100;
    expectRefused(withByte(withByte(bytes, ipco + 3, reach & 255), ipco + 2, reach >> 8), 'box ipco');
    expectRefused(replaced(bytes, 'hdlr', '\0\0\0\0'), 'box');
    expectRefused(join(bytes, u32(1), Buffer.from('free'), u32(0xffffffff), u32(0xffffffff)), 'box free');
    expectRefused(join(bytes, u32(7), Buffer.from('free')), 'box free');
    expectRefused(join(bytes, [0, 0, 0]), 'truncated');
  });

  it('refuses AV1 data that are no picture', () => {
    const damaged = (bytes: Uint8Array) => avifFile(recipe({ items: [{ type: 'av01', data: bytes }] }));
    expectRefused(damaged(new Uint8Array(500)), 'without a picture');
    expectRefused(damaged(withByte(data, 0, 0xff)), 'unit header');
    expectRefused(damaged(data.subarray(0, data.length - 20)), 'longer');
    expectRefused(damaged(join(data.subarray(0, 1), Buffer.alloc(20, 0xff))), 'unit length');
    expectRefused(damaged(new Uint8Array(0)), 'no data');
  });
});

describe('hostile AVIF files', () => {
  const ftyp = box('ftyp', Buffer.from('avif'), u32(0));
  const entry = fullBox('infe', 2, u16(1), u16(0), Buffer.from('av01'), [0]);
  const file = (iloc: Uint8Array, ...more: Uint8Array[]) =>
    join(
      ftyp,
      fullBox(
        'meta',
        0,
        hdlr('pict'),
        fullBox('pitm', 0, u16(1)),
        fullBox('iinf', 0, u16(1), entry),
        iloc,
        box('iprp'),
        ...more,
      ),
    );

  it('are refused for floods of items and extents that take no bytes of their own', () => {
    const empty = (id: number, extents: number) => join(u16(id), u16(0), u16(extents));
    const extents = Array.from({ length: 60 }, (_, id) => empty(id, 0xffff));
    expectRefused(file(fullBox('iloc', 0, [0, 0], u16(60), ...extents)), 'extents', 'format');
    const items = Array.from({ length: 5_000 }, (_, id) => empty(id, 0));
    expectRefused(file(fullBox('iloc', 0, [0, 0], u16(5_000), ...items)), 'items', 'format');
    expectRefused(file(fullBox('iloc', 2, [0, 0], u32(0xffffffff))), 'truncated');
    const named = Array.from({ length: 5_000 }, (_, id) =>
      fullBox('infe', 2, u16(id), u16(0), Buffer.from('av01'), [0]),
    );
    const many = join(
      ftyp,
      fullBox('meta', 0, hdlr('pict'), fullBox('pitm', 0, u16(1)), fullBox('iinf', 0, u16(0), ...named)),
    );
    expectRefused(many, 'items', 'format');
  });

  it('are refused for extents that overlap until an item is larger than its file', () => {
    const overlapping = Array.from({ length: 40 }, () => join(u32(0), u32(100)));
    const iloc = fullBox(
      'iloc',
      0,
      [0x44, 0],
      u16(1),
      u16(1),
      u16(0),
      u16(overlapping.length),
      ...overlapping,
    );
    expectRefused(file(iloc), 'leave the file');
    const wide = join(u32(0xffffffff), u32(0xffffffff));
    expectRefused(
      file(fullBox('iloc', 0, [0x88, 0x80], u16(1), u16(1), u16(0), wide, u16(1), wide, wide)),
      'leave the file',
    );
    expectRefused(
      file(fullBox('iloc', 0, [0x33, 0], u16(1), u16(1), u16(0), u16(1), new Uint8Array(9))),
      'iloc number',
    );
    expectRefused(file(fullBox('iloc', 1, [0x44, 0], u16(1), u16(1), u16(1), u16(0), u16(0))), 'idat');
    expectRefused(
      file(fullBox('iloc', 1, [0x44, 0], u16(1), u16(1), u16(0), u16(7), u16(0))),
      'another file',
    );
  });

  it('are not followed into boxes within boxes', () => {
    let nested = box('free');
    for (let depth = 0; depth < 5_000; depth++) nested = box('meta', u32(0), nested);
    expectRefused(join(ftyp, nested), 'no hdlr box');
  });

  it('do not fill the memory with kinds of boxes', () => {
    const boxes = Buffer.alloc(8_000_000);
    for (let at = 0; at < boxes.length; at += 8) {
      boxes.writeUInt32BE(8, at);
      boxes.writeUInt32BE(at, at + 4);
    }
    const bytes = join(ftyp, fullBox('meta', 0, boxes));
    const before = process.memoryUsage().heapUsed;
    expectRefused(bytes, 'no hdlr box');
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(120_000_000);
  });

  it('cannot have more samples than bytes', () => {
    const table = box(
      'stbl',
      fullBox('stsd', 0, u32(1), box('av01', new Uint8Array(24), u16(64), u16(32))),
      fullBox('stsz', 0, u32(1), u32(0xffffffff)),
      fullBox('stsc', 0, u32(1), u32(1), u32(0xffffffff), u32(1)),
      fullBox('stco', 0, u32(1), u32(0)),
    );
    const moov = box('moov', box('trak', box('mdia', hdlr('pict'), box('minf', table))));
    expectRefused(join(box('ftyp', Buffer.from('avis'), u32(0)), moov), 'larger than the file');
  });
});
