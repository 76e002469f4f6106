import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { readRights } from '../../../../src/media/image/rights.ts';
import { IMAGE_FORMATS } from '../../../../src/media/image/types.ts';
import { expectImage } from '../../../helpers/images.ts';
import { type Sample, makeSamples } from '../../../helpers/sample-files.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 400);
/** With fewer bytes nobody can tell what a file was. */
const SIGNATURE_BYTES = { jpeg: 2, png: 4, webp: 12, gif: 6, avif: 12 };

let samples: Sample[];

beforeAll(async () => {
  samples = await makeSamples();
});

describe('files of real encoders', () => {
  it('cover every accepted format', () => {
    expect(new Set(samples.map(({ format }) => format))).toEqual(new Set(IMAGE_FORMATS));
  });

  it('are described as another decoder describes them', async () => {
    for (const { name, format, bytes } of samples) {
      const image = expectImage(bytes);
      const other = await sharp(bytes, { animated: true }).metadata();
      const height = other.pageHeight ?? other.height;
      const isTurned = (other.orientation ?? 1) >= 5;
      expect({ name, ...image }).toMatchObject({
        name,
        format,
        mime: `image/${format}`,
        width: isTurned ? height : other.width,
        height: isTurned ? other.width : height,
        frames: other.pages ?? 1,
        // That decoder turns an AVIF itself and no longer says how, and it unpacks the palettes of GIF.
        ...(format === 'avif' ? {} : { orientation: other.orientation ?? 1 }),
        ...(format === 'gif' || name === 'png palette' ? { components: 1 } : { components: other.channels }),
      });
    }
  });

  it('are corrupt as soon as an end is missing', () => {
    for (const { name, format, bytes } of samples) {
      const lengths = Array.from({ length: 19 }, (_, index) => Math.floor((bytes.length * (index + 1)) / 20));
      for (const length of [...lengths, bytes.length - 1]) {
        const reason = length < SIGNATURE_BYTES[format] ? 'not_image' : 'corrupt';
        const inspection = inspectImage(bytes.subarray(0, length));
        expect({ name, length, ...inspection }).toMatchObject({ ok: false, reason });
      }
    }
  });

  it('are corrupt wherever small ones are cut', async () => {
    const picture = () => sharp({ create: { width: 3, height: 2, channels: 3, background: '#369' } });
    for (const format of IMAGE_FORMATS) {
      const bytes = await picture().toFormat(format).toBuffer();
      expectImage(bytes);
      for (let length = 0; length < bytes.length; length++) {
        const reason = length < SIGNATURE_BYTES[format] ? 'not_image' : 'corrupt';
        const inspection = inspectImage(bytes.subarray(0, length));
        expect({ format, length, ...inspection }).toMatchObject({ ok: false, reason });
      }
    }
  });
});

describe('hostile input', () => {
  const signatures = [
    [],
    [0xff, 0xd8],
    [0xff, 0xd8, 0xff, 0xe1],
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    [...Buffer.from('RIFF\x40\0\0\0WEBP')],
    [...Buffer.from('RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0\x1e\0\0\0\x09\0\0\x09\0\0')],
    [...Buffer.from('GIF89a\x04\0\x04\0\x80\0\0')],
    [...Buffer.from('\0\0\0\x10ftypavif\0\0\0\0')],
    [...Buffer.from('\0\0\0\x10ftypavif\0\0\0\0\0\0\x01\0meta\0\0\0\0')],
  ];

  function expectVerdict(bytes: Uint8Array): void {
    const inspection = inspectImage(bytes);
    if (inspection.ok) {
      const { width, height, frames, format } = inspection.image;
      for (const number of [width, height, frames]) {
        expect(Number.isInteger(number) && number >= 1 && number <= 0x7fffffff).toBe(true);
      }
      for (const text of Object.values(readRights(bytes, format)))
        expect(text.length).toBeLessThanOrEqual(500);
    } else {
      expect(['not_image', 'format', 'corrupt']).toContain(inspection.reason);
    }
  }

  it('gets a verdict for random bytes behind any signature', () => {
    fc.assert(
      fc.property(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 400 }), (signature, tail) => {
        expectVerdict(Uint8Array.from([...signature, ...tail]));
      }),
      { numRuns },
    );
  });

  it('gets a verdict for mutated and truncated files', () => {
    // Most changes hit the beginning, where the structure is.
    const place = fc.oneof(fc.nat(60), fc.nat(600), fc.nat(1_000_000));
    const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    const change = fc.record({ place, value });
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(9),
        (which, changes, cut) => {
          const bytes = Uint8Array.from(samples[which % samples.length]?.bytes ?? []);
          for (const { place, value } of changes) bytes[place % bytes.length] = value;
          expectVerdict(cut > 6 ? bytes.subarray(0, Math.floor((bytes.length * cut) / 10)) : bytes);
        },
      ),
      { numRuns: numRuns * 5 },
    );
  });
});
