import { inflateSync } from 'node:zlib';
import type { EmbeddedMetadata, PngText } from './types.ts';

const MAX_KEYWORD_BYTES = 79;
const MAX_INFLATED_BYTES = 262_144;
const DEFLATE = 0;

/**
 * Keeps the text of a tEXt, zTXt or iTXt chunk (PNG, 11.3.3) when its keyword says who made the image and what
 * may be done with it. Only the first of each keyword is kept: a file can hold a million such chunks.
 */
export function noteText(
  metadata: EmbeddedMetadata,
  payload: Uint8Array,
  kind: 'plain' | 'compressed' | 'international',
): void {
  const keywordEnd = payload.subarray(0, MAX_KEYWORD_BYTES + 1).indexOf(0);
  if (keywordEnd < 1) return;
  const keyword = String.fromCharCode(...payload.subarray(0, keywordEnd));
  if (keyword !== 'XML:com.adobe.xmp' && keyword !== 'Copyright' && keyword !== 'Author') return;
  const rest = payload.subarray(keywordEnd + 1);
  const texts = (metadata.pngTexts ??= {});
  if (kind === 'plain') texts[keyword] ??= { bytes: rest, isDeflated: false };
  else if (kind === 'international') texts[keyword] ??= skipLanguage(rest);
  else if (rest[0] === DEFLATE) texts[keyword] ??= { bytes: rest.subarray(1), isDeflated: true };
}

/** The characters of a kept text; null when they cannot be inflated or are over 256 KiB. */
export function readText({ bytes, isDeflated }: PngText): Uint8Array | null {
  if (!isDeflated) return bytes;
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch {
    return null;
  }
}

/** Before the text: whether it is compressed, how, and two strings that end with a zero. */
function skipLanguage(payload: Uint8Array): PngText {
  const languageEnd = payload.indexOf(0, 2);
  const translationEnd = languageEnd < 0 ? -1 : payload.indexOf(0, languageEnd + 1);
  const bytes = translationEnd < 0 ? new Uint8Array(0) : payload.subarray(translationEnd + 1);
  return { bytes, isDeflated: payload[0] === 1 };
}
