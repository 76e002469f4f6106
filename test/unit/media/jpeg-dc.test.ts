import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { join, makeCmykJpeg, makeJpeg, paintScene } from '../../helpers/images.ts';
import { findSegment } from '../../helpers/jpeg-segments.ts';
import {
  cut,
  decode,
  distance,
  EOI,
  expectSameColor,
  meanBySharp,
  paint,
  paintNoise,
  read,
} from './jpeg-dc-subject.ts';
import {
  codeValue,
  encodeJpeg,
  type EncoderOptions,
  END_OF_BLOCK,
  LONG_TABLES,
  SIXTEEN_ZEROS,
} from './jpeg-encoder.ts';

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
