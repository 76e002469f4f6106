import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDcColor } from '../../../src/media/image/jpeg-dc.ts';
import { readJpeg } from '../../../src/media/image/jpeg.ts';
import { join, makeJpeg, paintScene } from '../../helpers/images.ts';
import { findSegment, withSegment } from '../../helpers/jpeg-segments.ts';
import { cut, decode, EOI, orFault, paint, paintNoise, read } from './jpeg-dc-subject.ts';
import { type EncoderOptions, END_OF_BLOCK, LONG_TABLES } from './jpeg-encoder.ts';

/** A copy without its Huffman tables. */
function cutTables(file: Uint8Array): Uint8Array {
  const first = findSegment(file, 0xc4);
  const { start } = findSegment(file, 0xda);
  return join(file.subarray(0, first.start), file.subarray(start));
}

describe('damage', () => {
  it('is a cut at any byte of a scan, even with an end marker behind it', async () => {
    const files = [
      await makeJpeg(90, 60),
      await makeJpeg(90, 60, { optimiseCoding: false, chromaSubsampling: '4:4:4', quality: 95 }),
      paint('2x2,1x1,1x1', { restartInterval: 3 }),
      paint('1x1', { tables: LONG_TABLES, quantum: 1 }),
    ];
    for (const file of files) {
      const start = findSegment(file, 0xda).end;
      for (let length = start; length < file.length - 2; length++) {
        const kept = file.subarray(0, length);
        expect(read(join(kept, EOI), file)).toBe('fault');
        expect(read(kept, file)).toBe('fault');
      }
    }
    const scans = paint('2x1,1x1,1x1', { isByComponent: true });
    for (let length = findSegment(scans, 0xda).end; length < scans.length - 2; length++) {
      expect(read(join(scans.subarray(0, length), EOI))).toBe('fault');
    }
  });

  it('is a cut of data of many windows', async () => {
    const file = await paintNoise(300, 300).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    const start = findSegment(file, 0xda).end;
    expect(file.length).toBeGreaterThan(2 * 65_536);
    for (let length = start; length < file.length - 2; length += 997) {
      expect(read(join(file.subarray(0, length), EOI), file)).toBe('fault');
    }
    expect(read(join(file.subarray(0, file.length - 3), EOI), file)).toBe('fault');
  });

  it('is a lost, doubled or exchanged restart marker, and an interval with too few or too many units', () => {
    const file = paint('1x1', { restartInterval: 10 });
    const { head, data } = cut(file);
    const bytes = Buffer.from(data);
    const at = bytes.indexOf(Uint8Array.of(0xff, 0xd1));
    const next = bytes.indexOf(Uint8Array.of(0xff, 0xd2));
    const rest = data.subarray(at + 2);
    for (const broken of [
      join(data.subarray(0, at), rest),
      join(data.subarray(0, at), [0xff, 0xd1, 0xff, 0xd1], rest),
      join(data.subarray(0, at), [0xff, 0xd2], rest),
      join(data.subarray(0, at), [0xff, 0xd1], data.subarray(next)),
      join(data.subarray(0, at), data.subarray(at + 2, next), data.subarray(at)),
    ]) {
      expect(read(join(head, broken, EOI), file)).toBe('fault');
    }
  });

  it('is data left over, but of up to three bytes only the decoder knows', () => {
    for (const options of [{}, { restartInterval: 10 }]) {
      const { head, data } = cut(paint('1x1', options));
      const places = [data.length, Buffer.from(data).indexOf(Uint8Array.of(0xff, 0xd1))].filter(
        (at) => at >= 0,
      );
      for (const at of places) {
        const withBytes = (count: number) =>
          join(head, data.subarray(0, at), new Uint8Array(count), data.subarray(at), EOI);
        for (const count of [1, 2, 3]) expect(read(withBytes(count))).toBeNull();
        for (const count of [4, 5, 100, 70_000]) {
          expect(read(withBytes(count))).toBe('fault');
          expect(decode(withBytes(count))).toBe('fault');
        }
      }
    }
  });

  it('is a table with a code of ones alone, with too large a difference, or with nothing, once a scan uses it', () => {
    const changeBlock: EncoderOptions['changeBlock'] = (symbols) =>
      symbols.splice(0, symbols.length, END_OF_BLOCK);
    const ac = { counts: [2, ...Array.from({ length: 15 }, () => 0)], symbols: [1, 0] };
    const full = paint('1x1', { tables: { dc: LONG_TABLES.dc, ac }, changeBlock });
    expect([read(full), decode(full)]).toEqual(['fault', 'fault']);
    const dc = { counts: LONG_TABLES.dc.counts.with(11, 13), symbols: [...LONG_TABLES.dc.symbols, 16] };
    const wide = paint('1x1', { tables: { dc, ac: LONG_TABLES.ac } });
    expect([read(wide), decode(wide)]).toEqual(['fault', 'fault']);
    const file = paint('1x1');
    const unused = withSegment(file, 0xc4, Uint8Array.of(1, 2, ...new Uint8Array(15), 0, 1));
    expect(read(unused)).toBe(read(file));
    expect(decode(unused)).toBe(decode(file));
    const empty = withSegment(cutTables(file), 0xc4, new Uint8Array(17));
    expect(read(withSegment(empty, 0xc4, Uint8Array.of(0x10, ...new Uint8Array(16))), file)).toBe('fault');
  });

  it('is nothing but a fault, and never overlooked where libjpeg sees it, after any change of bits', async () => {
    const files = [
      await makeJpeg(120, 80),
      await makeJpeg(120, 80, { optimiseCoding: false, chromaSubsampling: '4:4:4' }),
      await paintScene(60, 60).toColourspace('b-w').jpeg({ quality: 90 }).toBuffer(),
      paint('2x2,1x1,1x1', { restartInterval: 4 }),
    ];
    let seen = 0;
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 3 }),
        (pick, flips) => {
          const file = files[pick % files.length];
          if (file === undefined) return;
          const broken = Uint8Array.from(file);
          const { end } = findSegment(file, 0xda);
          for (const [place, bit] of flips) {
            const at = end + (place % (file.length - 2 - end));
            broken[at] = (broken[at] ?? 0) ^ (1 << bit);
          }
          const verdict = read(broken);
          if (decode(broken) === 'fault') {
            seen++;
            expect(verdict === 'fault' || verdict === null).toBe(true);
          }
        },
      ),
      { numRuns: 400, seed: 1 },
    );
    expect(seen).toBeGreaterThan(20);
  });

  it('is nothing but a fault in headers and tables', async () => {
    const file = await makeJpeg(90, 60);
    const structure = readJpeg(file);
    const { end } = findSegment(file, 0xda);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(end), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const broken = Uint8Array.from(file);
        for (const [at, value] of changes) broken[at] = value;
        orFault(() => readDcColor(broken, structure));
      }),
      { numRuns: 2000, seed: 2 },
    );
  });
});

describe('hostile files', () => {
  /** A frame of 65,535 x 65,535 pixels over the given data. */
  function claim(data: Uint8Array, options: Partial<EncoderOptions> = {}): ReturnType<typeof read> {
    const { head } = cut(paint('1x1', options));
    const huge = Buffer.from(head);
    const sof = findSegment(huge, 0xc0).start;
    huge.fill(0xff, sof + 5, sof + 9);
    const structure = readJpeg(paint('1x1', options));
    const frame = { ...structure.frame, width: 65_535, height: 65_535 };
    return orFault(() => readDcColor(join(huge, data, EOI), { ...structure, frame }));
  }

  it('end with their data, whatever size they claim', () => {
    const megabytes = (fill: number[]) =>
      Uint8Array.from({ length: 3_000_000 }, (_, at) => fill[at % fill.length] ?? 0);
    expect(claim(new Uint8Array(0))).toBe('fault');
    expect(claim(megabytes([0]))).toBe('fault');
    expect(claim(megabytes([0xff, 0]))).toBe('fault');
    expect(claim(megabytes([0xff]))).toBe('fault');
    expect(claim(megabytes([0, 0xff, 0xd0]), { restartInterval: 1 })).toBe('fault');
    expect(claim(new Uint8Array(100), { restartInterval: 65_535 })).toBe('fault');
  });

  it('end with their data when these are random', () => {
    const { head } = cut(paint('2x2,1x1,1x1', { restartInterval: 2 }));
    const structure = readJpeg(paint('2x2,1x1,1x1', { restartInterval: 2 }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000, size: 'max' }), (data) => {
        orFault(() => readDcColor(join(head, data, EOI), structure));
        orFault(() => readDcColor(join(head, data), structure));
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('are not read beyond the window, however long the codes of the last unit are', () => {
    // All zeros are a value of 15 bits; among those of AC, the other code ends the block.
    const table = (...symbols: number[]) => Uint8Array.of(...new Uint8Array(15), symbols.length, ...symbols);
    const file = [join([0], table(15)), join([0x10], table(15, 0))].reduce(
      (bytes, payload) => withSegment(bytes, 0xc4, payload),
      paint('4x2,1x1,1x1', { hasNoTables: true }),
    );
    const structure = readJpeg(file);
    const frame = { ...structure.frame, width: 4096, height: 4096 };
    // Six short blocks, so that the last unit begins just before the end of the first window.
    const bits = `${'0'.repeat(31 + 15)}1`.repeat(6).padEnd(288, '0');
    const start = Array.from({ length: 36 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2));
    for (let length = 65_500; length < 65_540; length++) {
      const bytes = join(cut(file).head, start, new Uint8Array(length - start.length), EOI);
      expect(orFault(() => readDcColor(bytes, { ...structure, frame }))).toBe('fault');
    }
  });

  it('say the same whatever was read before', () => {
    const file = paint('2x2,1x1,1x1');
    const { head, data } = cut(file);
    const broken = join(head, data.subarray(0, 40), EOI);
    const detail = () => {
      try {
        return readDcColor(broken, readJpeg(file));
      } catch (error) {
        return String(error);
      }
    };
    expect(read(join(head, new Uint8Array(70_000), EOI), file)).toBe('fault');
    const first = detail();
    expect(
      read(
        join(
          head,
          new Uint8Array(200_000).map((_, at) => (at % 2 === 0 ? 0xff : 0)),
          EOI,
        ),
        file,
      ),
    ).toBe('fault');
    expect(detail()).toBe(first);
  });

  it('are read the same from the middle of a larger buffer', async () => {
    const file = await makeJpeg(90, 60);
    const start = findSegment(file, 0xda).end;
    const buffer = join([1, 2, 3], file, file);
    expect(read(buffer.subarray(3, 3 + file.length))).toBe(read(file));
    expect(read(buffer.subarray(3, 3 + start + 50), file)).toBe('fault');
  });
});
