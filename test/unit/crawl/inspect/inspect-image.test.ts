import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { makeJpeg, makePng, paintScene } from '../../../helpers/images.ts';
import { orientationTiff, withExif } from '../../../helpers/jpeg-segments.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);
const text = (value: string) => Buffer.from(value, 'latin1');

describe('recognising formats', () => {
  it('names images of other formats made by real encoders', async () => {
    const scene = () => paintScene(40, 30);
    const made = {
      GIF: await scene().gif().toBuffer(),
      WebP: await scene().webp().toBuffer(),
      AVIF: await scene().avif().toBuffer(),
      TIFF: await scene().tiff().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(made)) {
      const detail = `${name} is not accepted yet`;
      expect(inspectImage(bytes)).toEqual({ ok: false, reason: 'format', detail });
    }
  });

  it.each([
    ['BMP', text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['ICO', text('\0\0\x01\0\x01\0')],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['SVG', text('\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg PUBLIC "x">\n<svg>')],
  ])('names %s by its signature', (name, bytes) => {
    expect(inspectImage(bytes)).toMatchObject({ reason: 'format', detail: `${name} is not accepted yet` });
  });

  it.each([
    ['nothing', text('')],
    ['a page', text('<!doctype html><html><body><svg></svg></body></html>')],
    ['JSON', text('{"error":"not found"}')],
    ['a word that begins like a bitmap', text('BMW makes cars and also motorcycles')],
    ['zeros', new Uint8Array(64)],
    ['one byte of a JPEG', Uint8Array.of(0xff)],
    ['a wall of comments', text('<!---->'.repeat(200))],
  ])('calls %s no image', (_what, bytes) => {
    expect(inspectImage(bytes)).toMatchObject({ ok: false, reason: 'not_image' });
  });
});

describe('hostile input', () => {
  let files: Uint8Array[];

  beforeAll(async () => {
    files = [
      await makeJpeg(60, 40),
      await makeJpeg(60, 40, { progressive: true }),
      withExif(await makeJpeg(24, 24), orientationTiff(6)),
      await makePng(60, 40),
      await makePng(60, 40, { palette: true }),
      await sharp(await makePng(20, 20))
        .withMetadata({ orientation: 5 })
        .png()
        .toBuffer(),
    ];
  });

  function expectVerdict(bytes: Uint8Array): void {
    const inspection = inspectImage(bytes);
    if (inspection.ok) expect(inspection.image.width * inspection.image.height).toBeGreaterThan(0);
    else expect(['not_image', 'format', 'corrupt']).toContain(inspection.reason);
  }

  it('gets a verdict for random bytes behind any signature', () => {
    const signatures = fc.constantFrom(
      [],
      [0xff, 0xd8],
      [0xff, 0xd8, 0xff, 0xe1],
      [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    );
    fc.assert(
      fc.property(signatures, fc.uint8Array({ maxLength: 400 }), (signature, tail) => {
        expectVerdict(Uint8Array.from([...signature, ...tail]));
      }),
      { numRuns },
    );
  });

  it('gets a verdict for mutated and truncated files', () => {
    const change = fc.record({ at: fc.double({ min: 0, max: 0.999, noNaN: true }), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(9),
        (which, changes, cut) => {
          const bytes = Uint8Array.from(files[which] ?? []);
          for (const { at, value } of changes) bytes[Math.floor(at * bytes.length)] = value;
          expectVerdict(cut > 6 ? bytes.subarray(0, Math.floor((bytes.length * cut) / 10)) : bytes);
        },
      ),
      { numRuns },
    );
  });

  it('finds any single changed byte of a PNG', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const bytes = Uint8Array.from(files[3] ?? []);
        const at = position % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        expect(inspectImage(bytes).ok).toBe(false);
      }),
      { numRuns },
    );
  });
});
