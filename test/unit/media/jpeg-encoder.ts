/** A small sequential JPEG encoder (ITU-T T.81) for the kinds of files that sharp does not write. */

/** A component in the order of the frame; samples are asked for at its own resolution. */
export interface EncodedComponent {
  h: number;
  v: number;
  /** 0 to 255. */
  sample(x: number, y: number): number;
  /** Number in the frame header; its place from 1 on, by default. */
  id?: number;
}

export interface EncoderOptions {
  width: number;
  height: number;
  components: EncodedComponent[];
  /** One quantiser for all coefficients; 8 by default. */
  quantum?: number;
  /** Units between restart markers; none by default. */
  restartInterval?: number;
  /** Write a restart marker behind the last interval too. */
  hasLastRestart?: boolean;
  /** A scan per component instead of one for all. */
  isByComponent?: boolean;
  /** The version of the JFIF marker; without it there is none. */
  jfif?: number;
  /** The transform of the Adobe marker; without it there is none. */
  adobe?: number;
  tables?: EncoderTables;
  /** Changes the symbols of the AC values of every block, in place. */
  changeBlock?(symbols: CodedValue[], block: number): void;
  /** 0xC0 by default. */
  frameMarker?: number;
  /** Ss, Se, and Ah with Al. */
  spectral?: [number, number, number];
  /** Leave the Huffman tables out of the file. */
  hasNoTables?: boolean;
  /** Write the quantisation table with 16 bits a value. */
  hasWideQuanta?: boolean;
}

/** A Huffman symbol with the bits that follow its code. */
export interface CodedValue {
  symbol: number;
  value: number;
  size: number;
}

/** 16 numbers of codes by length, and the symbols. */
export interface HuffmanTable {
  counts: number[];
  symbols: number[];
}

export interface EncoderTables {
  dc: HuffmanTable;
  ac: HuffmanTable;
}

/** Prefix codes of T.81, tables K.3 and K.5. */
export const STANDARD_TABLES: EncoderTables = {
  dc: {
    counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    symbols: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  },
  ac: {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d],
    symbols: [
      ...Buffer.from(
        '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a' +
          '434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aa' +
          'b2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
        'hex',
      ),
    ],
  },
};

/** Tables in which every code has 12 bits or more, which no look-up of ten bits holds. */
export const LONG_TABLES: EncoderTables = {
  dc: { counts: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0], symbols: STANDARD_TABLES.dc.symbols },
  ac: { counts: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 162], symbols: STANDARD_TABLES.ac.symbols },
};

export const END_OF_BLOCK: CodedValue = { symbol: 0, value: 0, size: 0 };
export const SIXTEEN_ZEROS: CodedValue = { symbol: 0xf0, value: 0, size: 0 };

/** Coefficients in the order in which they are coded, as row * 8 + column. */
const ZIGZAG = makeZigzag();
const COSINES = Array.from({ length: 8 }, (_, u) =>
  Array.from(
    { length: 8 },
    (_, x) => (Math.cos(((2 * x + 1) * u * Math.PI) / 16) / 2) * (u === 0 ? Math.SQRT1_2 : 1),
  ),
);

export function encodeJpeg(options: EncoderOptions): Uint8Array {
  const { width, height, components, quantum = 8, restartInterval = 0, jfif, adobe } = options;
  const ids = components.map(({ id }, index) => id ?? index + 1);
  const tables = options.tables ?? STANDARD_TABLES;
  const scans = options.isByComponent ? components.map((component) => [component]) : [components];
  const [ss, se, a] = options.spectral ?? [0, 63, 0];
  const parts: number[][] = [
    [0xff, 0xd8],
    jfif === undefined ? [] : segment(0xe0, [...Buffer.from('JFIF\0'), jfif, 1, 0, 0, 1, 0, 1, 0, 0]),
    adobe === undefined ? [] : segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, adobe]),
    options.hasWideQuanta
      ? segment(0xdb, [0x10, ...Array.from({ length: 64 }, () => u16(quantum)).flat()])
      : segment(0xdb, [0, ...Array.from({ length: 64 }, () => quantum)]),
    segment(options.frameMarker ?? 0xc0, [
      8,
      ...u16(height),
      ...u16(width),
      components.length,
      ...components.flatMap(({ h, v }, index) => [ids[index] ?? 0, (h << 4) | v, 0]),
    ]),
    options.hasNoTables
      ? []
      : [
          ...segment(0xc4, [0x00, ...tableBytes(tables.dc)]),
          ...segment(0xc4, [0x10, ...tableBytes(tables.ac)]),
        ],
    restartInterval === 0 ? [] : segment(0xdd, u16(restartInterval)),
  ];
  for (const scan of scans) {
    const selected = scan.flatMap((component) => [ids[components.indexOf(component)] ?? 0, 0]);
    parts.push(segment(0xda, [scan.length, ...selected, ss, se, a]), encodeScan(scan, options, tables));
  }
  parts.push([0xff, 0xd9]);
  return Uint8Array.from(parts.flat());
}

function encodeScan(scan: EncodedComponent[], options: EncoderOptions, tables: EncoderTables): number[] {
  const { width, height, components, quantum = 8, restartInterval = 0, changeBlock } = options;
  const hMax = Math.max(...components.map(({ h }) => h));
  const vMax = Math.max(...components.map(({ v }) => v));
  const [only] = scan.length === 1 ? scan : [];
  const across = Math.ceil(Math.ceil((width * (only?.h ?? 1)) / hMax) / 8);
  const down = Math.ceil(Math.ceil((height * (only?.v ?? 1)) / vMax) / 8);
  const dcCodes = assignCodes(tables.dc);
  const acCodes = assignCodes(tables.ac);
  const previous = new Map<EncodedComponent, number>();
  const out: number[] = [];
  let bits = '';
  let blocks = 0;
  const flush = () => {
    for (; bits.length % 8 !== 0;) bits += '1';
    for (let at = 0; at < bits.length; at += 8) {
      const byte = Number.parseInt(bits.slice(at, at + 8), 2);
      out.push(byte, ...(byte === 0xff ? [0] : []));
    }
    bits = '';
    previous.clear();
  };
  const put = (codes: Map<number, string>, { symbol, value, size }: CodedValue) => {
    const code = codes.get(symbol);
    if (code === undefined) throw new Error(`no code for ${symbol}`);
    bits += code + (size === 0 ? '' : value.toString(2).padStart(size, '0'));
  };
  for (let unit = 0; unit < across * down; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      flush();
      out.push(0xff, 0xd0 + ((unit / restartInterval - 1) % 8));
    }
    for (const component of scan) {
      const [h, v] = only ? [1, 1] : [component.h, component.v];
      const componentWidth = Math.ceil((width * component.h) / hMax);
      const componentHeight = Math.ceil((height * component.v) / vMax);
      for (let block = 0; block < h * v; block++) {
        const left = ((unit % across) * h + (block % h)) * 8;
        const top = (Math.floor(unit / across) * v + Math.floor(block / h)) * 8;
        const coefficients = transform((x, y) =>
          component.sample(Math.min(left + x, componentWidth - 1), Math.min(top + y, componentHeight - 1)),
        ).map((value) => Math.round(value / quantum));
        const [dc = 0, ...ac] = coefficients;
        const difference = codeValue(0, dc - (previous.get(component) ?? 0));
        previous.set(component, dc);
        const symbols = runLengths(ac);
        changeBlock?.(symbols, blocks++);
        put(dcCodes, difference);
        for (const symbol of symbols) put(acCodes, symbol);
      }
    }
  }
  const intervals = restartInterval === 0 ? 1 : Math.ceil((across * down) / restartInterval);
  flush();
  if (options.hasLastRestart) out.push(0xff, 0xd0 + ((intervals - 1) % 8));
  return out;
}

/** T.81, A.3.3, in the order of the zigzag. */
function transform(sample: (x: number, y: number) => number): number[] {
  const samples = Array.from({ length: 64 }, (_, at) => sample(at % 8, Math.floor(at / 8)) - 128);
  const byRow = Array.from({ length: 64 }, (_, at) =>
    sum8((x) => (samples[Math.floor(at / 8) * 8 + x] ?? 0) * (COSINES[at % 8]?.[x] ?? 0)),
  );
  return ZIGZAG.map((place) =>
    sum8((y) => (byRow[y * 8 + (place % 8)] ?? 0) * (COSINES[Math.floor(place / 8)]?.[y] ?? 0)),
  );
}

function sum8(term: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < 8; index++) sum += term(index);
  return sum;
}

function runLengths(ac: number[]): CodedValue[] {
  const symbols: CodedValue[] = [];
  let run = 0;
  for (const value of ac.slice(0, ac.findLastIndex((value) => value !== 0) + 1)) {
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) symbols.push(SIXTEEN_ZEROS);
    symbols.push(codeValue(run, value));
    run = 0;
  }
  if (ac.at(-1) === 0) symbols.push(END_OF_BLOCK);
  return symbols;
}

/** A run of zeros and the value behind it. */
export function codeValue(run: number, value: number): CodedValue {
  const size = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  return { symbol: (run << 4) | size, value: value < 0 ? value + (1 << size) - 1 : value, size };
}

function assignCodes({ counts, symbols }: HuffmanTable): Map<number, string> {
  const codes = new Map<number, string>();
  let code = 0;
  let index = 0;
  for (const [at, count] of counts.entries()) {
    for (let n = 0; n < count; n++)
      codes.set(symbols[index++] ?? 0, (code++).toString(2).padStart(at + 1, '0'));
    code *= 2;
  }
  return codes;
}

function makeZigzag(): number[] {
  return Array.from({ length: 64 }, (_, place) => place).sort((one, other) => {
    const [a, b] = [one, other].map((place) => Math.floor(place / 8) + (place % 8));
    if (a === undefined || b === undefined || a !== b) return (a ?? 0) - (b ?? 0);
    return a % 2 === 0 ? other - one : one - other;
  });
}

function tableBytes({ counts, symbols }: HuffmanTable): number[] {
  return [...counts, ...symbols];
}

function segment(marker: number, payload: number[]): number[] {
  return [0xff, marker, ...u16(payload.length + 2), ...payload];
}

function u16(value: number): [number, number] {
  return [value >> 8, value & 255];
}
