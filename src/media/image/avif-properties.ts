import type { AvifItems } from './avif-items.ts';
import { ByteReader } from './byte-reader.ts';
import { corrupt } from './fault.ts';
import { type Box, findBox, listBoxes } from './iso-box.ts';
import type { Orientation } from './types.ts';

/** What the properties of the primary item say. */
export interface AvifPicture {
  codedWidth: number;
  codedHeight: number;
  /** After the clean aperture, before orientation. */
  width: number;
  height: number;
  orientation: Orientation;
  isMonochrome: boolean;
  hasAlpha: boolean;
}

const MAX_AV1_SIDE = 65_536;
const MAX_DIMENSION = 0x7fffffff;
const ALPHA_URNS = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0', 'urn:mpeg:hevc:2015:auxid:1\0'];

/** What each orientation becomes by a quarter turn to the left, or by one more mirroring, of what is shown. */
const TURNED_LEFT = [0, 8, 5, 6, 7, 4, 1, 2, 3] as const;
const UPSIDE_DOWN = [0, 4, 3, 2, 1, 8, 7, 6, 5] as const;
const LEFT_TO_RIGHT = [0, 2, 1, 4, 3, 6, 5, 8, 7] as const;

/** Reads the properties of the primary item (ISO/IEC 23008-12, 9.3 and 6.5), or throws ImageFault. */
export function readPrimaryProperties(reader: ByteReader, items: AvifItems): AvifPicture {
  const { start, end } = items.properties;
  const container = findBox(reader, start, end, 'ipco');
  if (container === null) throw corrupt('no ipco box');
  const wanted = readAssociations(reader, items);
  const isWanted = new Set(wanted);
  const found = new Map<number, Box>();
  let count = 0;
  let isMonochrome = false;
  let hasAlpha = false;
  for (const box of listBoxes(reader, container.start, container.end)) {
    count++;
    if (isWanted.has(count)) found.set(count, box);
    // No item but an alpha plane has this property, and there is none but that of the primary item.
    if (box.type === 'auxC') hasAlpha ||= isAlpha(reader.slice(box.start, box.end - box.start));
  }
  const properties = wanted.map((index) => {
    const box = found.get(index);
    if (box === undefined) throw corrupt('an item has a property that does not exist');
    return box;
  });

  let size: { width: number; height: number } | null = null;
  let shown: { width: number; height: number } | null = null;
  let orientation: Orientation = 1;
  let hasConfiguration = false;
  for (const { type, start, end } of properties) {
    const fields = new ByteReader(reader.slice(start, end - start));
    if (type === 'ispe') size ??= { width: fields.u32(4), height: fields.u32(8) };
    else if (type === 'clap') shown ??= readCleanAperture(fields);
    else if (type === 'irot') orientation = turnLeft(orientation, fields.u8(0) & 3);
    else if (type === 'imir')
      orientation = (fields.u8(0) & 1) === 0 ? UPSIDE_DOWN[orientation] : LEFT_TO_RIGHT[orientation];
    else if (type === 'av1C') {
      // A marker bit and version 1.
      if (fields.u8(0) !== 0x81) throw corrupt('av1C version');
      isMonochrome = (fields.u8(2) & 0x10) !== 0;
      hasConfiguration = true;
    }
  }
  if (size === null || size.width === 0 || size.height === 0) throw corrupt('no dimensions');
  if (items.primaryType === 'av01' && !hasConfiguration) throw corrupt('no av1C property');
  const largest = items.primaryType === 'av01' ? MAX_AV1_SIDE : MAX_DIMENSION;
  if (Math.max(size.width, size.height) > largest) throw corrupt(`dimensions ${size.width} x ${size.height}`);
  shown ??= size;
  if (shown.width > size.width || shown.height > size.height) throw corrupt('clean aperture');
  return { codedWidth: size.width, codedHeight: size.height, ...shown, orientation, isMonochrome, hasAlpha };
}

/** The numbers of the primary item's properties, from 1, in the order in which they are applied. */
function readAssociations(reader: ByteReader, { properties, primaryId }: AvifItems): number[] {
  let found: number[] | null = null;
  for (const box of listBoxes(reader, properties.start, properties.end)) {
    if (box.type !== 'ipma') continue;
    const fields = reader.until(box.end);
    const versionAndFlags = fields.u32(box.start);
    const idBytes = versionAndFlags >>> 24 === 0 ? 2 : 4;
    const indexBytes = (versionAndFlags & 1) === 0 ? 1 : 2;
    let at = box.start + 8;
    for (let entriesLeft = fields.u32(box.start + 4); entriesLeft > 0; entriesLeft--) {
      const id = idBytes === 2 ? fields.u16(at) : fields.u32(at);
      const count = fields.u8(at + idBytes);
      const indexesAt = at + idBytes + 1;
      if (id === primaryId) {
        if (found !== null) throw corrupt('the primary item has two lists of properties');
        found = [];
        for (let index = 0; index < count; index++) {
          // The highest bit says whether a reader must know the property. Number 0 means none.
          const number =
            indexBytes === 1
              ? fields.u8(indexesAt + index) & 0x7f
              : fields.u16(indexesAt + index * 2) & 0x7fff;
          if (number > 0) found.push(number);
        }
      }
      at = indexesAt + count * indexBytes;
    }
  }
  return found ?? [];
}

/** ISO/IEC 14496-12, 12.1.4: width and height as fractions. */
function readCleanAperture(fields: ByteReader): { width: number; height: number } {
  const width = Math.round(fields.u32(0) / fields.u32(4));
  const height = Math.round(fields.u32(8) / fields.u32(12));
  if (!(width >= 1 && height >= 1)) throw corrupt('clean aperture');
  return { width, height };
}

function turnLeft(orientation: Orientation, quarters: number): Orientation {
  let turned: Orientation = orientation;
  for (let index = 0; index < quarters; index++) turned = TURNED_LEFT[turned];
  return turned;
}

function isAlpha(payload: Uint8Array): boolean {
  const text = String.fromCharCode(...payload.subarray(4, 64));
  return ALPHA_URNS.some((urn) => text.startsWith(urn));
}
