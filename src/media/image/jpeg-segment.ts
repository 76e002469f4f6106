import { ByteReader } from './byte-reader.ts';
import { ImageFault, corrupt } from './fault.ts';

/** One colour channel as the frame header declares it. */
export interface JpegComponent {
  id: number;
  /** Horizontal and vertical sampling factors, 1 to 4. */
  h: number;
  v: number;
  quantTable: number;
}

/** The frame header: stored size, before orientation. */
export interface JpegFrame {
  width: number;
  height: number;
  progressive: boolean;
  components: JpegComponent[];
}

/** The header of one scan. */
export interface JpegScan {
  components: JpegComponent[];
  /** First coefficient of the band; 0 carries the DC values. */
  spectralStart: number;
  /** True for the second and later passes over the same bits of a progressive file. */
  isRefinement: boolean;
}

const SOF_BASELINE = 0xc0;
const SOF_EXTENDED = 0xc1;
const SOF_PROGRESSIVE = 0xc2;

/** Reads a SOFn segment. The fault is `format` for valid JPEG kinds that no browser shows either. */
export function readFrame(marker: number, payload: Uint8Array): JpegFrame {
  if (marker !== SOF_BASELINE && marker !== SOF_EXTENDED && marker !== SOF_PROGRESSIVE) {
    throw new ImageFault(
      'format',
      `JPEG process SOF${marker - SOF_BASELINE} (lossless, arithmetic or hierarchical)`,
    );
  }
  const reader = new ByteReader(payload);
  const precision = reader.u8(0);
  if (precision === 12 && marker !== SOF_BASELINE) throw new ImageFault('format', '12-bit JPEG');
  if (precision !== 8) throw corrupt(`sample precision ${precision}`);
  const height = reader.u16(1);
  const width = reader.u16(3);
  if (width === 0) throw corrupt('width is zero');
  if (height === 0) throw new ImageFault('format', 'JPEG whose height follows the first scan (DNL)');
  const count = reader.u8(5);
  if (count === 0 || count > 4 || payload.length !== 6 + count * 3) throw corrupt('frame header length');
  if (count === 2) throw new ImageFault('format', 'JPEG with two components');

  const components: JpegComponent[] = [];
  for (let index = 0; index < count; index++) {
    const at = 6 + index * 3;
    const sampling = reader.u8(at + 1);
    const component = {
      id: reader.u8(at),
      h: sampling >> 4,
      v: sampling & 15,
      quantTable: reader.u8(at + 2),
    };
    if (component.h < 1 || component.h > 4 || component.v < 1 || component.v > 4)
      throw corrupt('sampling factor');
    if (component.quantTable > 3) throw corrupt('quantisation table number');
    if (components.some((other) => other.id === component.id))
      throw corrupt('component appears twice in the frame');
    components.push(component);
  }
  return { width, height, progressive: marker === SOF_PROGRESSIVE, components };
}

/** Checks a DQT segment and returns the numbers of the tables it defines. */
export function readQuantTables(payload: Uint8Array): number[] {
  const reader = new ByteReader(payload);
  const tables: number[] = [];
  for (let at = 0; at < payload.length;) {
    const head = reader.u8(at);
    if (head >> 4 > 1 || (head & 15) > 3) throw corrupt('quantisation table header');
    const values = reader.slice(at + 1, head >> 4 === 0 ? 64 : 128);
    tables.push(head & 15);
    at += 1 + values.length;
  }
  if (tables.length === 0) throw corrupt('empty quantisation segment');
  return tables;
}

/** Checks a DHT segment: table lengths, and that the code lengths describe a prefix code. */
export function checkHuffmanTables(payload: Uint8Array): void {
  const reader = new ByteReader(payload);
  if (payload.length === 0) throw corrupt('empty Huffman segment');
  for (let at = 0; at < payload.length;) {
    const head = reader.u8(at);
    if (head >> 4 > 1 || (head & 15) > 3) throw corrupt('Huffman table header');
    let symbols = 0;
    let codes = 0;
    for (let length = 1; length <= 16; length++) {
      const count = reader.u8(at + length);
      symbols += count;
      codes = codes * 2 + count;
      if (codes > 2 ** length) throw corrupt('Huffman code lengths');
    }
    if (symbols > 256) throw corrupt('Huffman table size');
    reader.slice(at + 17, symbols);
    at += 17 + symbols;
  }
}

/** Reads a SOS header against its frame. */
export function readScan(payload: Uint8Array, frame: JpegFrame): JpegScan {
  const reader = new ByteReader(payload);
  const count = reader.u8(0);
  if (count < 1 || count > 4 || payload.length !== 4 + count * 2) throw corrupt('scan header length');
  const components: JpegComponent[] = [];
  for (let index = 0; index < count; index++) {
    const id = reader.u8(1 + index * 2);
    const component = frame.components.find((candidate) => candidate.id === id);
    if (component === undefined || components.includes(component))
      throw corrupt('scan names a wrong component');
    components.push(component);
  }
  const blocks = components.reduce((sum, { h, v }) => sum + h * v, 0);
  if (count > 1 && blocks > 10) throw corrupt('more than ten blocks in one unit');
  const spectralStart = reader.u8(payload.length - 3);
  const spectralEnd = reader.u8(payload.length - 2);
  if (frame.progressive) {
    if (spectralEnd > 63 || spectralStart > spectralEnd) throw corrupt('spectral band');
    if (spectralStart > 0 && count > 1) throw corrupt('interleaved AC scan');
  }
  return { components, spectralStart, isRefinement: reader.u8(payload.length - 1) >> 4 !== 0 };
}
