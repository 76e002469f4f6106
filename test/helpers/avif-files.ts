import { join, paintScene } from './images.ts';

export interface AvifItem {
  type: string;
  data: Uint8Array;
  contentType?: string;
}

export interface AvifRecipe {
  /** The first is the primary item. */
  items: AvifItem[];
  /** All belong to the primary item, in this order. */
  properties: Uint8Array[];
  brands?: string[];
  /** Where the data of the items are. */
  place?: 'mdat' | 'idat' | 'open mdat' | 'large mdat';
  /** Added to every offset. */
  shift?: number;
  moreBoxes?: Uint8Array[];
}

/** One box. */
export function box(type: string, ...payload: (Uint8Array | readonly number[])[]): Uint8Array {
  const body = join(...payload);
  return join(u32(body.length + 8), Buffer.from(type, 'latin1'), body);
}

/** A box that begins with its version and flags. */
export function fullBox(
  type: string,
  version: number,
  ...payload: (Uint8Array | readonly number[])[]
): Uint8Array {
  return box(type, [version, 0, 0, 0], ...payload);
}

export const ispe = (width: number, height: number) => fullBox('ispe', 0, u32(width), u32(height));
export const irot = (quarters: number) => box('irot', [quarters]);
export const imir = (axis: number) => box('imir', [axis]);
export const hdlr = (type: string) => fullBox('hdlr', 0, u32(0), Buffer.from(type), new Uint8Array(13));

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** The coded picture and the configuration in a file made by a real encoder. */
export async function encodeAv1(
  width: number,
  height: number,
): Promise<{ data: Uint8Array; av1C: Uint8Array }> {
  const file = await paintScene(width, height).avif().toBuffer();
  const av1C = file.indexOf('av1C') - 4;
  return {
    data: file.subarray(file.indexOf('mdat') + 4),
    av1C: file.subarray(av1C, av1C + file.readUInt32BE(av1C)),
  };
}

/** A whole AVIF file. */
export function avifFile(recipe: AvifRecipe): Uint8Array {
  const { place = 'mdat', moreBoxes = [], shift = 0 } = recipe;
  const brands = recipe.brands ?? ['avif', 'mif1', 'miaf'];
  const [major = '', ...others] = brands;
  const ftyp = box('ftyp', Buffer.from(major), u32(0), Buffer.from(others.join('')));
  const data = join(...recipe.items.map((item) => item.data));
  const media = {
    mdat: box('mdat', data),
    idat: new Uint8Array(0),
    'open mdat': join(u32(0), Buffer.from('mdat'), data),
    'large mdat': join(u32(1), Buffer.from('mdat'), u32(0), u32(data.length + 16), data),
  }[place];
  const head = (dataAt: number) =>
    join(ftyp, metaBox(recipe, place === 'idat', dataAt + shift), ...moreBoxes);
  const dataAt = place === 'idat' ? 0 : head(0).length + media.length - data.length;
  return join(head(dataAt), media);
}

function metaBox({ items, properties }: AvifRecipe, isInside: boolean, dataAt: number): Uint8Array {
  const entries = items.map(({ type, contentType }, index) => {
    const mime = contentType === undefined ? [] : Buffer.from(`${contentType}\0`);
    return fullBox('infe', 2, u16(index + 1), u16(0), Buffer.from(type), [0], mime);
  });
  let at = dataAt;
  const locations = items.map(({ data }, index) => {
    const start = at;
    at += data.length;
    return join(u16(index + 1), u16(isInside ? 1 : 0), u16(0), u16(1), u32(start), u32(data.length));
  });
  return fullBox(
    'meta',
    0,
    hdlr('pict'),
    fullBox('pitm', 0, u16(1)),
    fullBox('iloc', 1, [0x44, 0], u16(items.length), ...locations),
    fullBox('iinf', 0, u16(items.length), ...entries),
    propertiesBox(properties),
    isInside ? box('idat', ...items.map((item) => item.data)) : [],
  );
}

function propertiesBox(properties: readonly Uint8Array[]): Uint8Array {
  const numbers = properties.map((_, index) => 0x80 | (index + 1));
  const associations = fullBox('ipma', 0, u32(1), u16(1), [numbers.length], numbers);
  return box('iprp', box('ipco', ...properties), associations);
}

/** A track of pictures of 64 x 32 pixels whose samples lie one after another from `dataAt` on. */
export function movieBox(sampleBytes: readonly number[], dataAt: number): Uint8Array {
  const entry = box('av01', new Uint8Array(24), u16(64), u16(32), new Uint8Array(50));
  const table = box(
    'stbl',
    fullBox('stsd', 0, u32(1), entry),
    fullBox('stsz', 0, u32(0), u32(sampleBytes.length), ...sampleBytes.map(u32)),
    fullBox('stsc', 0, u32(1), u32(1), u32(sampleBytes.length), u32(1)),
    fullBox('stco', 0, u32(1), u32(dataAt)),
  );
  return box('moov', box('trak', box('mdia', hdlr('pict'), box('minf', table))));
}
