import fc from 'fast-check';
import sharp, { type JpegOptions, type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { averageColor } from '../../../src/media/image/average-color.ts';
import { ImageFault } from '../../../src/media/image/fault.ts';
import { readDcColor } from '../../../src/media/image/jpeg-dc.ts';
import { readJpeg } from '../../../src/media/image/jpeg.ts';
import { decodeJpeg } from '../../../src/media/thumbnail/jpeg.ts';
import type { Codecs } from '../../../src/media/thumbnail/index.ts';
import { loadCodecs } from '../../helpers/codecs.ts';
import { join, makeCmykJpeg, makeJpeg, paintScene } from '../../helpers/images.ts';
import { findSegment, withSegment } from '../../helpers/jpeg-segments.ts';
import {
  codeValue,
  encodeJpeg,
  type EncodedComponent,
  type EncoderOptions,
  END_OF_BLOCK,
  LONG_TABLES,
  SIXTEEN_ZEROS,
} from './jpeg-encoder.ts';

const EOI = [0xff, 0xd9];
const CHECK_SIDE = 40;

let codecs: Codecs;

beforeAll(async () => {
  codecs = await loadCodecs();
});

/** The colour, null, or `fault`; anything else that is thrown fails the test. */
function read(bytes: Uint8Array, like = bytes): string | null {
  return orFault(() => readDcColor(bytes, readJpeg(like)));
}

/** The same of libjpeg-turbo, at the scale at which an import decodes. */
function decode(bytes: Uint8Array): string | null {
  return orFault(() => averageColor(decodeJpeg(bytes, readJpeg(bytes), CHECK_SIDE, codecs.jpegTurbo)));
}

function orFault<T>(work: () => T): T | 'fault' {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImageFault) return 'fault';
    throw error;
  }
}

/** Greatest difference of two colours in a channel, of 255. */
function distance(one: string | null, other: string | null): number {
  if (!one?.startsWith('#') || !other?.startsWith('#')) throw new Error(`${one} and ${other}`);
  const channels = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const theirs = channels(other);
  return Math.max(...channels(one).map((value, at) => Math.abs(value - (theirs[at] ?? 0))));
}

async function meanBySharp(bytes: Uint8Array): Promise<string> {
  const { channels } = await sharp(bytes).toColourspace('srgb').stats();
  const means = channels.map(({ mean }) => Math.round(mean).toString(16).padStart(2, '0'));
  return `#${means.length === 1 ? means.join('').repeat(3) : means.join('')}`;
}

async function expectSameColor(bytes: Uint8Array): Promise<void> {
  expect(distance(read(bytes), decode(bytes))).toBeLessThanOrEqual(2);
  expect(distance(read(bytes), await meanBySharp(bytes))).toBeLessThanOrEqual(2);
}

/** Noise needs all coefficients and long codes. */
function paintNoise(width: number, height: number): Sharp {
  let seed = 7;
  const data = Buffer.from({ length: width * height * 3 } as ArrayLike<number>).map(() => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed >> 16;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A picture with an edge, waves and colour, for sampling factors such as `2x2,1x1,1x1`. */
function paint(sampling: string, options: Partial<EncoderOptions> = {}): Uint8Array {
  const { width = 100, height = 75 } = options;
  const factors = sampling.split(',').map((factor) => factor.split('x').map(Number));
  const hMax = Math.max(...factors.map(([h = 1]) => h));
  const vMax = Math.max(...factors.map(([, v = 1]) => v));
  const components = factors.map(([h = 1, v = 1], index): EncodedComponent => {
    const level = (x: number) => [x < 48 ? 70 : 180, x < 48 ? 90 : 150, 140][index] ?? 128;
    return {
      h,
      v,
      sample: (x, y) =>
        level((x * hMax) / h) + 15 * Math.sin((x * hMax) / h / 5) * Math.cos((y * vMax) / v / 3),
    };
  });
  return encodeJpeg({ width, height, components, ...options });
}

/** Everything before the data of the first scan, those data, and the end marker. */
function cut(bytes: Uint8Array): { head: Uint8Array; data: Uint8Array } {
  const { end } = findSegment(bytes, 0xda);
  return { head: bytes.subarray(0, end), data: bytes.subarray(end, bytes.length - 2) };
}

describe('the colour of the DC values of a JPEG', () => {
  it.each<[string, number, number, JpegOptions]>([
    ['4:4:4', 640, 480, { chromaSubsampling: '4:4:4' }],
    ['4:2:0', 640, 480, { chromaSubsampling: '4:2:0' }],
    ['sides that are no multiples of 8', 641, 479, {}],
    ['a side under a block', 400, 5, { chromaSubsampling: '4:4:4' }],
    ['the tables of the standard', 350, 350, { optimiseCoding: false }],
    ['tables of its own', 350, 350, { optimiseCoding: true }],
  ])('is that of libjpeg and of sharp: %s', async (_, width, height, options) => {
    // One level: a row of blocks that are mostly padding would tell the encoders apart.
    const flat = sharp({ create: { width, height, channels: 3, background: '#2b9c71' } });
    await expectSameColor(await flat.jpeg(options).toBuffer());
    if (height > 8) await expectSameColor(await makeJpeg(width, height, options));
  });

  it('is that of libjpeg and of sharp in grey', async () => {
    await expectSameColor(await paintScene(333, 222).toColourspace('b-w').jpeg().toBuffer());
  });

  it('is that of libjpeg and of sharp from quality 1 to 100', async () => {
    for (const quality of [1, 2, 5, 10, 25, 50, 75, 90, 95, 100]) {
      for (const chromaSubsampling of ['4:4:4', '4:2:0']) {
        await expectSameColor(await makeJpeg(330, 250, { quality, chromaSubsampling }));
      }
    }
  });

  it('is that of libjpeg where coarse steps leave the gamut', async () => {
    const colors = ['#ff0000', '#ffffff', '#00ff00', '#0000ff'];
    for (const quality of [1, 5, 20]) {
      const parts = colors.map((background, place) => ({
        input: { create: { width: 320, height: 240, channels: 3 as const, background } },
        left: (place % 2) * 320,
        top: Math.floor(place / 2) * 240,
      }));
      const canvas = sharp({ create: { width: 640, height: 480, channels: 3, background: '#000' } });
      await expectSameColor(await canvas.composite(parts).jpeg({ quality }).toBuffer());
    }
  });

  it('is that of libjpeg and of sharp for data of many windows', async () => {
    const noise = await paintNoise(500, 400).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
    expect(noise.length).toBeGreaterThan(4 * 65_536);
    await expectSameColor(noise);
  });

  it('is that of libjpeg for the largest units there can be, over many windows', async () => {
    let seed = 1;
    const sample = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed >> 23;
    };
    const factors = [
      [4, 2],
      [1, 1],
      [1, 1],
    ] as const;
    const components = factors.map(([h, v]) => ({ h, v, sample }));
    const bytes = encodeJpeg({ width: 512, height: 256, components, quantum: 1, tables: LONG_TABLES });
    expect(bytes.length).toBeGreaterThan(4 * 65_536);
    expect(distance(read(bytes), await meanBySharp(bytes))).toBeLessThanOrEqual(2);
  });

  it.each([
    '1x1',
    '2x2',
    '1x1,1x1,1x1',
    '2x1,1x1,1x1',
    '1x2,1x1,1x1',
    '2x2,1x1,1x1',
    '4x1,1x1,1x1',
    '2x2,1x2,1x2',
    '2x2,2x1,2x1',
  ])('is that of libjpeg and of sharp with the sampling factors %s, interleaved or not', async (sampling) => {
    for (const isByComponent of [false, true]) {
      await expectSameColor(paint(sampling, { width: 300, height: 220, isByComponent }));
    }
  });

  it.each(['1x4,1x1,1x1', '4x2,1x1,1x1', '2x2,2x1,1x1', '1x1,2x2,2x2', '2x1,1x2,1x2', '4x4,1x1,1x1'])(
    'is that of sharp with the sampling factors %s, which the decoder here does not know',
    async (sampling) => {
      const bytes = paint(sampling, { width: 300, height: 220, isByComponent: true });
      expect(distance(read(bytes), await meanBySharp(bytes))).toBeLessThanOrEqual(2);
      expect(decode(bytes)).toBe('fault');
    },
  );

  it.each([1, 2, 7, 12, 35, 1000])(
    'is the same with a restart marker each %i units',
    async (restartInterval) => {
      for (const isByComponent of [false, true]) {
        const options = { width: 300, height: 200, isByComponent };
        const bytes = paint('2x2,1x1,1x1', { ...options, restartInterval });
        expect(read(bytes)).toBe(read(paint('2x2,1x1,1x1', options)));
        await expectSameColor(bytes);
      }
    },
  );

  it('is the same with codes that no look-up holds, and with wide quantisation tables', async () => {
    for (const quantum of [1, 8]) {
      const options = { quantum, frameMarker: 0xc1 };
      const plain = read(paint('2x1,1x1,1x1', options));
      expect(read(paint('2x1,1x1,1x1', { ...options, tables: LONG_TABLES }))).toBe(plain);
      expect(read(paint('2x1,1x1,1x1', { ...options, hasWideQuanta: true }))).toBe(plain);
      await expectSameColor(paint('2x1,1x1,1x1', { ...options, tables: LONG_TABLES }));
    }
  });

  it.each<[string, Partial<EncoderOptions>]>([
    ['neither marker', {}],
    ['JFIF', { jfif: 1 }],
    ['Adobe YCbCr', { adobe: 1 }],
    ['Adobe RGB', { adobe: 0 }],
    ['JFIF before Adobe', { jfif: 1, adobe: 0 }],
  ])('is taken from the components as libjpeg does it: %s', async (_, options) => {
    await expectSameColor(paint('1x1,1x1,1x1', options));
  });

  it('is taken from components that are named R, G and B', async () => {
    const components = [...Buffer.from('RGB')].map((id, index) => ({
      id,
      h: 1,
      v: 1,
      sample: () => 60 + 70 * index,
    }));
    const bytes = encodeJpeg({ width: 64, height: 64, components });
    expect(distance(read(bytes), '#3c82c8')).toBeLessThanOrEqual(1);
    await expectSameColor(bytes);
  });

  it('weighs a block by what of it is in the image', () => {
    // 65 pixels: of the ninth column of blocks one pixel in eight counts.
    const sample = (x: number) => (x < 64 ? 100 : 200);
    const bytes = encodeJpeg({ width: 65, height: 64, components: [{ h: 1, v: 1, sample }] });
    expect(distance(read(bytes), '#666666')).toBeLessThanOrEqual(1);
  });
});

describe('what libjpeg takes without a word', () => {
  it('is fill bytes before markers and stuffed zeros, and a restart marker behind the last interval', () => {
    const bytes = paint('1x1,1x1,1x1', { restartInterval: 20, quantum: 1 });
    const { head, data } = cut(bytes);
    const filled = [...data].flatMap((byte) => (byte === 0xff ? [0xff, 0xff, 0xff] : [byte]));
    expect(data).toContain(0xff);
    for (const other of [
      join(head, filled, [0xff, ...EOI]),
      paint('1x1,1x1,1x1', { restartInterval: 20, quantum: 1, hasLastRestart: true }),
    ]) {
      expect(decode(other)).toBe(decode(bytes));
      expect(read(other)).toBe(read(bytes));
    }
  });

  it('is sixteen zeros that pass the end of a block', () => {
    const changeBlock: EncoderOptions['changeBlock'] = (symbols) =>
      symbols.splice(0, symbols.length, ...Array.from({ length: 4 }, () => SIXTEEN_ZEROS));
    const bytes = paint('1x1,1x1,1x1', { changeBlock });
    const ended: EncoderOptions['changeBlock'] = (symbols) => symbols.splice(0, symbols.length, END_OF_BLOCK);
    expect(decode(bytes)).not.toBe('fault');
    expect(read(bytes)).toBe(read(paint('1x1,1x1,1x1', { changeBlock: ended })));
  });

  it('is a table in which many runs of zeros are one look-up', () => {
    const ac = { counts: [1, 1, ...Array.from({ length: 14 }, () => 0)], symbols: [0xf0, 0] };
    const tables = { dc: LONG_TABLES.dc, ac };
    for (const symbols of [
      [SIXTEEN_ZEROS, SIXTEEN_ZEROS, SIXTEEN_ZEROS, SIXTEEN_ZEROS],
      [SIXTEEN_ZEROS, END_OF_BLOCK],
    ]) {
      const changeBlock: EncoderOptions['changeBlock'] = (old) => old.splice(0, old.length, ...symbols);
      const bytes = paint('1x1,1x1,1x1', { tables, changeBlock });
      expect(distance(read(bytes), decode(bytes))).toBeLessThanOrEqual(2);
    }
  });

  it('is damage here when it is a value beyond the end of a block, or a code that does not exist', () => {
    const beyond = [SIXTEEN_ZEROS, SIXTEEN_ZEROS, SIXTEEN_ZEROS, codeValue(15, 1)];
    const changeBlock: EncoderOptions['changeBlock'] = (symbols, block) => {
      if (block === 50) symbols.splice(0, symbols.length, ...beyond);
    };
    const bytes = paint('1x1,1x1,1x1', { changeBlock });
    expect(decode(bytes)).not.toBe('fault');
    expect(read(bytes)).toBe('fault');
    const within: EncoderOptions['changeBlock'] = (symbols, block) => {
      if (block === 50) symbols.splice(0, symbols.length, ...beyond.slice(0, 3), codeValue(14, 1));
    };
    expect(read(paint('1x1,1x1,1x1', { changeBlock: within }))).toMatch(/^#/);

    const { head, data } = cut(paint('1x1'));
    expect(read(join(head, [0xff, 0, 0xff, 0, 0xff, 0], data, EOI))).toBe('fault');
  });
});

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

/** A copy without its Huffman tables. */
function cutTables(file: Uint8Array): Uint8Array {
  const first = findSegment(file, 0xc4);
  const { start } = findSegment(file, 0xda);
  return join(file.subarray(0, first.start), file.subarray(start));
}

describe('what is left to the decoder', () => {
  it('is progressive, in four inks, or of components that fit each other only in fractions', async () => {
    expect(read(await makeJpeg(100, 80, { progressive: true }))).toBeNull();
    expect(read(await makeCmykJpeg(100, 80))).toBeNull();
    expect(read(paint('3x1,2x1,1x1'))).toBeNull();
  });

  it.each<[string, Partial<EncoderOptions>]>([
    ['another version of JFIF', { jfif: 2 }],
    ['an unknown Adobe transform', { adobe: 2 }],
    ['a scan that claims to be of a progressive file', { spectral: [0, 0, 0] }],
  ])('is what libjpeg warns of: %s', (_, options) => {
    const bytes = paint('1x1,1x1,1x1', options);
    expect(read(bytes)).toBeNull();
    expect(decode(bytes)).toBe('fault');
  });

  it('is a file without Huffman tables, which libjpeg has by itself', () => {
    const bytes = paint('1x1', { hasNoTables: true });
    expect(read(bytes)).toBeNull();
    expect(distance(decode(bytes), read(paint('1x1')))).toBeLessThanOrEqual(2);
  });

  it('is a second scan of a component', () => {
    const file = paint('1x1');
    const scan = file.subarray(findSegment(file, 0xda).start, file.length - 2);
    expect(read(join(file.subarray(0, file.length - 2), scan, EOI))).toBeNull();
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
