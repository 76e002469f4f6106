import { ByteReader } from './byte-reader.ts';
import { readOrientation } from './exif.ts';
import { ImageFault, corrupt } from './fault.ts';
import { walkScanData } from './jpeg-scan.ts';
import { type JpegFrame, checkHuffmanTables, readFrame, readQuantTables, readScan } from './jpeg-segment.ts';
import { oncePerBytes } from './once.ts';
import type { EmbeddedMetadata, Orientation } from './types.ts';

/** What a whole walk of a JPEG file finds. */
export interface JpegStructure {
  frame: JpegFrame;
  orientation: Orientation;
  /** An Adobe segment is present: four-channel samples are stored inverted. */
  hasAdobeMarker: boolean;
  scans: number;
  metadata: EmbeddedMetadata;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const DHT = 0xc4;
const DAC = 0xcc;
const JPG = 0xc8;
const APP1 = 0xe1;
const APP13 = 0xed;
const APP14 = 0xee;
const TEM = 0x01;
const EXIF_NAME = 'Exif\0';
/** The name and a pad byte of any value. */
const EXIF_HEADER_BYTES = 6;
const XMP_NAME = 'http://ns.adobe.com/xap/1.0/\0';
const PHOTOSHOP_NAME = 'Photoshop 3.0\0';

/** True when the bytes begin like a JPEG file. */
export function hasJpegSignature(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI;
}

/**
 * Walks every marker and scan of a JPEG (ITU T.81) up to its end marker; bytes after that are allowed,
 * because cameras append previews there. Throws ImageFault `corrupt` for damage or truncation, `format`
 * for lossless, arithmetic, hierarchical and 12-bit files.
 */
export const readJpeg = oncePerBytes(walkJpeg);

function walkJpeg(bytes: Uint8Array): JpegStructure {
  const reader = new ByteReader(bytes);
  if (!hasJpegSignature(bytes)) throw corrupt('no JPEG signature');
  let frame: JpegFrame | null = null;
  const metadata: EmbeddedMetadata = {};
  let hasAdobeMarker = false;
  let restartInterval = 0;
  let scans = 0;
  const quantTables = new Set<number>();
  const scannedIds = new Set<number>();

  for (let at = 2; ;) {
    if (reader.u8(at) !== 0xff) throw corrupt(`no marker at byte ${at}`);
    while (reader.u8(at) === 0xff) at++;
    const marker = reader.u8(at++);
    if (marker === EOI) {
      if (frame === null || scans === 0) throw corrupt('no image before the end marker');
      if (scannedIds.size < frame.components.length) throw corrupt('a component has no scan');
      const orientation = metadata.exif === undefined ? 1 : readOrientation(metadata.exif);
      return { frame, orientation, hasAdobeMarker, scans, metadata };
    }
    if (marker === TEM) continue;
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= SOI))
      throw corrupt(`marker ${marker.toString(16)} at byte ${at}`);

    const length = reader.u16(at);
    if (length < 2) throw corrupt(`segment length at byte ${at}`);
    const payload = reader.slice(at + 2, length - 2);
    at += length;
    if (isFrameMarker(marker)) {
      if (frame !== null) throw corrupt('second frame header');
      frame = readFrame(marker, payload);
    } else if (marker === DAC) {
      throw new ImageFault('format', 'arithmetic-coded JPEG');
    } else if (marker === DQT) {
      for (const table of readQuantTables(payload)) quantTables.add(table);
    } else if (marker === DHT) {
      checkHuffmanTables(payload);
    } else if (marker === DRI) {
      if (payload.length !== 2) throw corrupt('restart interval length');
      restartInterval = new ByteReader(payload).u16(0);
    } else if (marker === APP1) {
      if (startsWith(payload, EXIF_NAME)) metadata.exif ??= payload.subarray(EXIF_HEADER_BYTES);
      if (startsWith(payload, XMP_NAME)) metadata.xmp ??= payload.subarray(XMP_NAME.length);
    } else if (marker === APP13) {
      if (startsWith(payload, PHOTOSHOP_NAME)) metadata.photoshop ??= payload.subarray(PHOTOSHOP_NAME.length);
    } else if (marker === APP14) {
      hasAdobeMarker ||= startsWith(payload, 'Adobe');
    } else if (marker === SOS) {
      if (frame === null) throw corrupt('scan before the frame header');
      const scan = readScan(payload, frame);
      for (const { id, quantTable } of scan.components) {
        if (!quantTables.has(quantTable)) throw corrupt('missing quantisation table');
        scannedIds.add(id);
      }
      at = walkScanData(bytes, at, frame, scan, restartInterval);
      scans++;
    }
  }
}

function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;
}

function startsWith(payload: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (payload[index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
