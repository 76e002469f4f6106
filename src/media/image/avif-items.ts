import type { ByteReader } from './byte-reader.ts';
import { ImageFault, corrupt } from './fault.ts';
import { type Box, listBoxes } from './iso-box.ts';

/** A run of bytes of the file. */
export interface Extent {
  start: number;
  length: number;
}

/** The contents of a `meta` box. */
export interface AvifItems {
  primaryId: number;
  /** How the primary item is coded: `av01`, `grid` or what else the file says. */
  primaryType: string;
  exifId: number | null;
  xmpId: number | null;
  /** Where the data of each item are; an item that is made from others has no entry. */
  extents: Map<number, Extent[]>;
  /** The box of item properties. */
  properties: Box;
}

/** A grid of 256 x 8 tiles fits; hostile files are kept from filling the memory with items. */
const MAX_ITEMS = 4_096;
const MAX_EXTENTS = 16_384;
const KNOWN_BOXES = new Set(['hdlr', 'pitm', 'iinf', 'iloc', 'iprp', 'idat']);
const FROM_FILE = 0;
const FROM_ITEM_DATA_BOX = 1;

/** Reads the items of a `meta` box (ISO/IEC 14496-12, 8.11), or throws ImageFault. */
export function readItems(reader: ByteReader, meta: Box): AvifItems {
  const boxes = new Map<string, Box>();
  // A full box: version and flags come before its children.
  for (const box of listBoxes(reader, meta.start + 4, meta.end)) {
    if (!KNOWN_BOXES.has(box.type)) continue;
    if (boxes.has(box.type)) throw corrupt(`second ${box.type} box`);
    boxes.set(box.type, box);
  }
  const need = (type: string): Box => {
    const box = boxes.get(type);
    if (box === undefined) throw corrupt(`no ${type} box`);
    return box;
  };
  const handler = need('hdlr');
  if (reader.until(handler.end).tag(handler.start + 8) !== 'pict') throw corrupt('the handler is not pict');
  const primaryId = readPrimaryId(reader, need('pitm'));
  const types = readTypes(reader, need('iinf'));
  const primaryType = types.get(primaryId);
  if (primaryType === undefined) throw corrupt('the primary item is not declared');
  return {
    primaryId,
    primaryType,
    exifId: findByType(types, 'Exif'),
    xmpId: findByType(types, XMP_TYPE),
    extents: readLocations(reader, need('iloc'), boxes.get('idat') ?? null),
    properties: need('iprp'),
  };
}

function readPrimaryId(reader: ByteReader, box: Box): number {
  const fields = reader.until(box.end);
  return fields.u8(box.start) === 0 ? fields.u16(box.start + 4) : fields.u32(box.start + 4);
}

/** Stands for items of type `mime` that hold an XMP packet. */
const XMP_TYPE = 'mime application/rdf+xml';

/** Item types by id, from the entries of `iinf`; those without a type (versions 0 and 1) are left out. */
function readTypes(reader: ByteReader, box: Box): Map<number, string> {
  const types = new Map<number, string>();
  const countBytes = reader.until(box.end).u8(box.start) === 0 ? 2 : 4;
  for (const entry of listBoxes(reader, box.start + 4 + countBytes, box.end)) {
    if (entry.type !== 'infe') continue;
    const fields = reader.until(entry.end);
    const version = fields.u8(entry.start);
    if (version < 2) continue;
    const idBytes = version === 2 ? 2 : 4;
    const id = idBytes === 2 ? fields.u16(entry.start + 4) : fields.u32(entry.start + 4);
    const typeAt = entry.start + 4 + idBytes + 2;
    const type = fields.tag(typeAt);
    types.set(id, type === 'mime' ? `mime ${readContentType(fields, typeAt + 4)}` : type);
    if (types.size > MAX_ITEMS) throw new ImageFault('format', `over ${MAX_ITEMS} items`);
  }
  return types;
}

/** The string after the name of the item; both end with a zero. */
function readContentType(fields: ByteReader, nameAt: number): string {
  const start = fields.bytes.indexOf(0, nameAt) + 1;
  if (start === 0) return '';
  const end = fields.bytes.indexOf(0, start);
  return String.fromCharCode(...fields.bytes.subarray(start, Math.min(end, start + XMP_TYPE.length)));
}

function findByType(types: Map<number, string>, wanted: string): number | null {
  for (const [id, type] of types) if (type === wanted) return id;
  return null;
}

/** Reads `iloc` (8.11.3) and checks that the data of every item lie within the file or the `idat` box. */
function readLocations(reader: ByteReader, box: Box, itemData: Box | null): Map<number, Extent[]> {
  const fields = reader.until(box.end);
  const version = fields.u8(box.start);
  if (version > 2) throw corrupt(`iloc version ${version}`);
  const sizes = fields.u16(box.start + 4);
  const offsetBytes = sizes >> 12;
  const lengthBytes = (sizes >> 8) & 15;
  const baseBytes = (sizes >> 4) & 15;
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const idBytes = version === 2 ? 4 : 2;
  let at = box.start + 6;
  const take = (bytes: number): number => {
    const value = readNumber(fields, at, bytes);
    at += bytes;
    return value;
  };

  const locations = new Map<number, Extent[]>();
  let extentsLeft = MAX_EXTENTS;
  for (let itemsLeft = take(idBytes); itemsLeft > 0; itemsLeft--) {
    const id = take(idBytes);
    const method = version === 0 ? FROM_FILE : take(2) & 15;
    if (take(2) !== 0) throw corrupt('item data in another file');
    const base = take(baseBytes);
    const count = take(2);
    extentsLeft -= count;
    if (extentsLeft < 0) throw new ImageFault('format', `over ${MAX_EXTENTS} extents`);
    if (locations.size === MAX_ITEMS) throw new ImageFault('format', `over ${MAX_ITEMS} items`);
    const space = findSpace(method, reader, itemData);
    const extents: Extent[] = [];
    let bytesLeft = space === null ? 0 : space.length;
    for (let index = 0; index < count; index++) {
      take(indexBytes);
      const offset = base + take(offsetBytes);
      const length = take(lengthBytes);
      if (space === null) continue;
      const extent = { start: space.start + offset, length: length === 0 ? space.length - offset : length };
      bytesLeft -= extent.length;
      // The second condition refuses extents that overlap until an item is larger than its file.
      if (extent.length < 0 || offset + extent.length > space.length || bytesLeft < 0) {
        throw corrupt(`the data of item ${id} leave the file of ${reader.length} bytes`);
      }
      extents.push(extent);
    }
    if (locations.has(id)) throw corrupt(`item ${id} has two locations`);
    if (space !== null) locations.set(id, extents);
  }
  return locations;
}

/** What the offsets of an item count from; null when that is the data of another item. */
function findSpace(method: number, reader: ByteReader, itemData: Box | null): Extent | null {
  if (method === FROM_FILE) return { start: 0, length: reader.length };
  if (method !== FROM_ITEM_DATA_BOX) return null;
  if (itemData === null) throw corrupt('no idat box');
  return { start: itemData.start, length: itemData.end - itemData.start };
}

function readNumber(fields: ByteReader, at: number, bytes: number): number {
  switch (bytes) {
    case 0:
      return 0;
    case 2:
      return fields.u16(at);
    case 4:
      return fields.u32(at);
    case 8:
      return fields.u64(at);
    default:
      throw corrupt(`iloc number of ${bytes} bytes`);
  }
}
