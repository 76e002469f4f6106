import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteStream } from '../../src/lib/byte-stream.ts';
import { crc32, zipStream, type ZipEntry } from '../../src/media/zip/index.ts';
import { readZip } from '../helpers/zip-reader.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

/** The bytes in pieces of the given sizes, over and over. */
async function* inPieces(bytes: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const member = fc.record({
  bytes: fc.uint8Array({ maxLength: 100_000, size: 'max' }),
  isDeflated: fc.boolean(),
  sizes: fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 4 }),
});

describe('an archive', () => {
  it('gives every member back as it was, however its bytes arrived', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 5 }), async (members) => {
        async function* entries(): AsyncGenerator<ZipEntry> {
          for (const [index, { bytes, isDeflated, sizes }] of members.entries()) {
            const common = { name: `images/${index}.jpg`, modifiedAt: new Date(0) };
            yield isDeflated
              ? { ...common, kind: 'deflated', chunks: inPieces(bytes, sizes) }
              : {
                  ...common,
                  kind: 'stored',
                  bytes: bytes.length,
                  crc32: crc32(bytes),
                  open: async () => byteStream(inPieces(bytes, sizes)),
                };
          }
        }
        const read = readZip(await readAll(zipStream(entries()))).members;
        expect(read.map(({ name }) => name)).toEqual(members.map((_, index) => `images/${index}.jpg`));
        for (const [index, { bytes }] of members.entries()) {
          expect(Buffer.compare(read[index]?.data ?? new Uint8Array(1), bytes)).toBe(0);
        }
      }),
      { numRuns },
    );
  });
});
