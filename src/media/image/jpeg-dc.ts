import { ByteReader } from './byte-reader.ts';
import { corrupt } from './fault.ts';
import { type ColorModel, DcGrid } from './jpeg-dc-grid.ts';
import { type ScanComponent, readScanColors } from './jpeg-dc-scan.ts';
import { type AcTable, type DcTable, makeAcTable, makeDcTable } from './jpeg-huffman.ts';
import { type JpegComponent, type JpegFrame, readScan } from './jpeg-segment.ts';
import type { JpegStructure } from './jpeg.ts';

const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const DHT = 0xc4;
const APP0 = 0xe0;
const APP14 = 0xee;
const TEM = 0x01;
const RST0 = 0xd0;
const RST7 = 0xd7;
/** Bytes of these segments up to the last one that matters. */
const JFIF_BYTES = 14;
const ADOBE_BYTES = 12;

/** What the segments up to a scan say about it. Tables are made when a scan uses them. */
interface Tables {
  /** First entries of the quantisation tables. */
  dcQuanta: Map<number, number>;
  /** By class (0 for DC, 1 for AC) times 16 and number. */
  huffman: Map<number, Uint8Array>;
  restartInterval: number;
  jfifVersion: number | null;
  adobeTransform: number | null;
}

/**
 * Reads all entropy-coded data of a sequential Huffman JPEG (ITU-T T.81) and returns the mean colour of its DC values
 * as `#rrggbb`, or null for what it leaves to a decoder: progressive files, four inks, and whatever decoders differ
 * about. Throws ImageFault for damaged data. What it accepts, libjpeg-turbo decodes without a warning; that overlooks
 * values beyond the end of a block and often codes that do not exist, which are damage here. Whatever size the file
 * claims, the time is bounded by its bytes (10 MB of the shortest codes: 0.8 s), and the memory by 300 KB or so.
 */
export function readDcColor(bytes: Uint8Array, { frame }: JpegStructure): string | null {
  if (!isKnownFrame(frame)) return null;
  const reader = new ByteReader(bytes);
  const tables: Tables = {
    dcQuanta: new Map(),
    huffman: new Map(),
    restartInterval: 0,
    jfifVersion: null,
    adobeTransform: null,
  };
  const grid = new DcGrid(frame);
  const scanned = new Set<JpegComponent>();
  let model: ColorModel | null = null;

  for (let at = 2; ;) {
    if (reader.u8(at) !== 0xff) throw corrupt(`no marker at byte ${at}`);
    while (reader.u8(at) === 0xff) at++;
    const marker = reader.u8(at++);
    if (marker === EOI) {
      if (scanned.size < frame.components.length) throw corrupt('a component has no scan');
      // libjpeg warns of a version that it does not know, wherever the marker is.
      const isKnown = tables.jfifVersion === null || tables.jfifVersion === 1;
      return model === null || !isKnown ? null : grid.averageColor(model);
    }
    // Some encoders close the last interval of a scan with a restart marker.
    if (marker === TEM || (marker >= RST0 && marker <= RST7)) continue;

    const length = reader.u16(at);
    if (length < 2) throw corrupt(`segment length at byte ${at}`);
    const payload = reader.slice(at + 2, length - 2);
    at += length;
    if (marker !== SOS) {
      readTables(marker, payload, tables);
      continue;
    }
    model ??= chooseModel(frame, tables);
    const components = readComponents(payload, frame, tables, scanned);
    if (model === null || components === null) return null;
    const end = readScanColors(bytes, at, frame, grid, components, tables.restartInterval);
    if (end === null) return null;
    at = end;
  }
}

/** libjpeg refuses factors that are no divisors of the greatest one. */
function isKnownFrame({ progressive, components }: JpegFrame): boolean {
  const hMax = Math.max(...components.map(({ h }) => h));
  const vMax = Math.max(...components.map(({ v }) => v));
  return (
    !progressive &&
    (components.length === 1 || components.length === 3) &&
    components.every(({ h, v }) => hMax % h === 0 && vMax % v === 0)
  );
}

function readTables(marker: number, payload: Uint8Array, tables: Tables): void {
  const reader = new ByteReader(payload);
  if (marker === DQT) {
    for (let at = 0; at < payload.length;) {
      const head = reader.u8(at);
      const isWide = head >> 4 !== 0;
      tables.dcQuanta.set(head & 15, isWide ? reader.u16(at + 1) : reader.u8(at + 1));
      at += isWide ? 129 : 65;
    }
  } else if (marker === DHT) {
    for (let at = 0; at < payload.length;) {
      const symbols = reader.slice(at + 1, 16).reduce((sum, count) => sum + count, 0);
      tables.huffman.set(reader.u8(at), reader.slice(at + 1, 16 + symbols));
      at += 17 + symbols;
    }
  } else if (marker === DRI) {
    tables.restartInterval = reader.u16(0);
  } else if (marker === APP0) {
    if (payload.length >= JFIF_BYTES && hasName(payload, 'JFIF\0')) tables.jfifVersion = reader.u8(5);
  } else if (marker === APP14) {
    if (payload.length >= ADOBE_BYTES && hasName(payload, 'Adobe')) tables.adobeTransform = reader.u8(11);
  }
}

/** As libjpeg decides it; null for what it warns of. */
function chooseModel({ components }: JpegFrame, tables: Tables): ColorModel | null {
  if (components.length === 1) return 'grey';
  if (tables.jfifVersion !== null) return 'ycc';
  if (tables.adobeTransform === 0) return 'rgb';
  if (tables.adobeTransform !== null) return tables.adobeTransform === 1 ? 'ycc' : null;
  return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB' ? 'rgb' : 'ycc';
}

/**
 * What a scan header names, which is added to `scanned`. Null when a table is not there (libjpeg knows some by itself),
 * for a scan that is not one of whole blocks, and for a second scan of a component.
 */
function readComponents(
  payload: Uint8Array,
  frame: JpegFrame,
  tables: Tables,
  scanned: Set<JpegComponent>,
): ScanComponent[] | null {
  const { components } = readScan(payload, frame);
  const reader = new ByteReader(payload);
  const parameters = payload.length - 3;
  const isWholeBlocks =
    reader.u8(parameters) === 0 && reader.u8(parameters + 1) === 63 && reader.u8(parameters + 2) === 0;
  if (!isWholeBlocks || components.some((component) => scanned.has(component))) return null;

  const dcTables = new Map<number, DcTable>();
  const acTables = new Map<number, AcTable>();
  const read: ScanComponent[] = [];
  for (const [index, component] of components.entries()) {
    const selectors = reader.u8(2 + index * 2);
    const dcQuantum = tables.dcQuanta.get(component.quantTable);
    const dc = tableOf(dcTables, selectors >> 4, tables, makeDcTable);
    const ac = tableOf(acTables, 16 | (selectors & 15), tables, makeAcTable);
    if (dcQuantum === undefined || dc === null || ac === null) return null;
    read.push({ component, dc, ac, dcQuantum });
    scanned.add(component);
  }
  return read;
}

/** Makes a table once per scan. */
function tableOf<T>(
  made: Map<number, T>,
  number: number,
  { huffman }: Tables,
  make: (spec: Uint8Array) => T,
): T | null {
  const known = made.get(number);
  if (known !== undefined) return known;
  const spec = huffman.get(number);
  if (spec === undefined) return null;
  const table = make(spec);
  made.set(number, table);
  return table;
}

function hasName(payload: Uint8Array, name: string): boolean {
  return String.fromCharCode(...payload.subarray(0, name.length)) === name;
}
