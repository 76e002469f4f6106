import { readAvif } from './avif.ts';
import { readExifText } from './exif.ts';
import { ImageFault } from './fault.ts';
import { readGif } from './gif.ts';
import { readIptcTexts } from './iptc.ts';
import { readJpeg } from './jpeg.ts';
import { cleanText, cleanUrl, decodeText } from './metadata-text.ts';
import { readText } from './png-text.ts';
import { readPng } from './png.ts';
import type { EmbeddedMetadata, ImageFormat, PngText } from './types.ts';
import { readWebp } from './webp.ts';
import { readXmpTexts } from './xmp.ts';

/**
 * What an image says about its own licence: hints, which anyone can write and nobody has checked. Texts have at
 * most 500 characters and no control characters; addresses are http or https.
 */
export interface ImageRights {
  copyright?: string;
  /** Who made it; several are separated by "; ". */
  artist?: string;
  /** The line that is to be printed beside it. */
  credit?: string;
  usageTerms?: string;
  /** Address of a page on its rights. */
  webStatement?: string;
  /** Address of its licence. */
  license?: string;
}

const EXIF_ARTIST = 0x013b;
const EXIF_COPYRIGHT = 0x8298;
const IPTC_BYLINE = 80;
const IPTC_CREDIT = 110;
const IPTC_COPYRIGHT = 116;

/**
 * Reads the licence hints in the metadata of an image: XMP first, then IPTC, then EXIF, since the first is
 * what is written when an image is published and the last what its camera was set to. Empty when there are
 * none. Never throws: metadata that cannot be read say nothing.
 */
export function readRights(bytes: Uint8Array, format: ImageFormat): ImageRights {
  const { exif, photoshop, pngTexts, ...metadata } = findMetadata(bytes, format);
  const xmp = metadata.xmp ?? inflate(pngTexts?.['XML:com.adobe.xmp']);
  const fromXmp = xmp && readXmpTexts(xmp);
  const fromIptc = photoshop && readIptcTexts(photoshop);
  return keepKnown({
    copyright: firstOf(
      cleanText,
      fromXmp?.copyright,
      fromIptc?.get(IPTC_COPYRIGHT),
      pngText(pngTexts?.Copyright),
      exif && exifText(exif, EXIF_COPYRIGHT),
    ),
    artist: firstOf(
      cleanText,
      fromXmp?.artist,
      fromIptc?.get(IPTC_BYLINE),
      pngText(pngTexts?.Author),
      exif && exifText(exif, EXIF_ARTIST),
    ),
    credit: firstOf(cleanText, fromXmp?.credit, fromIptc?.get(IPTC_CREDIT)),
    usageTerms: firstOf(cleanText, fromXmp?.usageTerms),
    webStatement: firstOf(cleanUrl, fromXmp?.webStatement),
    license: firstOf(cleanUrl, fromXmp?.license),
  });
}

/** The first candidate of which something is left after cleaning. */
function firstOf(
  clean: (text: string) => string | null,
  ...candidates: (string | null | undefined)[]
): string | null {
  for (const candidate of candidates) {
    const text = clean(candidate ?? '');
    if (text !== null) return text;
  }
  return null;
}

function findMetadata(bytes: Uint8Array, format: ImageFormat): EmbeddedMetadata {
  const readers = { jpeg: readJpeg, png: readPng, webp: readWebp, gif: readGif, avif: readAvif };
  try {
    return readers[format](bytes).metadata;
  } catch (error) {
    if (error instanceof ImageFault) return {};
    throw error;
  }
}

/** EXIF separates the photographer's copyright from the editor's with a zero; either may be blank. */
function exifText(exif: Uint8Array, tag: number): string | null {
  const bytes = readExifText(exif, tag);
  if (bytes === null) return null;
  const parts = decodeText(bytes)
    .split('\0')
    .map((part) => part.trim());
  return parts.filter((part) => part !== '').join('; ');
}

function inflate(text: PngText | undefined): Uint8Array | null {
  return text === undefined ? null : readText(text);
}

function pngText(text: PngText | undefined): string | null {
  const bytes = inflate(text);
  return bytes && decodeText(bytes);
}

function keepKnown(found: Record<keyof ImageRights, string | null>): ImageRights {
  const rights: ImageRights = {};
  for (const field of ['copyright', 'artist', 'credit', 'usageTerms', 'webStatement', 'license'] as const) {
    const value = found[field];
    if (value !== null) rights[field] = value;
  }
  return rights;
}
