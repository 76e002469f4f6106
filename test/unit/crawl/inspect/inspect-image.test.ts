import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectImage } from '../../../../src/crawl/inspect/index.ts';
import { makePng, paintScene } from '../../../helpers/images.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);
const text = (value: string) => Buffer.from(value, 'latin1');

describe('recognising formats', () => {
  it('names a format that is not accepted, made by a real encoder', async () => {
    const bytes = await paintScene(40, 30).tiff().toBuffer();
    expect(inspectImage(bytes)).toEqual({
      ok: false,
      reason: 'format',
      detail: 'TIFF is not accepted yet',
    });
  });

  it.each([
    ['BMP', text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
    ['HEIF', text('\0\0\0\x14ftypheic\0\0\0\0mif1')],
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
    ['a sound file', text('RIFF\x24\0\0\0WAVEfmt ')],
    ['a film', text('\0\0\0\x14ftypisom\0\0\0\0mp41')],
    ['a wall of comments', text('<!---->'.repeat(200))],
  ])('calls %s no image', (_what, bytes) => {
    expect(inspectImage(bytes)).toMatchObject({ ok: false, reason: 'not_image' });
  });
});

it('finds any single changed byte of a PNG', async () => {
  const file = await makePng(60, 40);
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 255 }), (position, flip) => {
      const bytes = Uint8Array.from(file);
      const at = position % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      expect(inspectImage(bytes).ok).toBe(false);
    }),
    { numRuns },
  );
});
