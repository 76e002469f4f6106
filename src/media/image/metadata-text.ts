/** The category Cc of Unicode, and both separators: said as a range, for `\p{Cc}` takes many times as long. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const MAX_TEXT_CHARACTERS = 500;
/** More than any honest text needs; what follows is not even decoded. */
const MAX_TEXT_BYTES = 4_096;

/** Decodes UTF-8 or, where the bytes are none, Latin-1. */
export function decodeText(bytes: Uint8Array, maxBytes = MAX_TEXT_BYTES): string {
  const head = bytes.subarray(0, maxBytes);
  try {
    // A text that is cut here may end within a character, which `stream` leaves away.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(head, {
      stream: bytes.length > maxBytes,
    });
  } catch {
    return new TextDecoder('latin1').decode(head);
  }
}

/**
 * A text that is safe to store and to show on one line: without control characters and marks that change the
 * direction of writing, at most 500 characters long. Null when nothing is left.
 */
export function cleanText(text: string): string | null {
  const clean = text
    .slice(0, MAX_TEXT_BYTES)
    .replace(CONTROLS, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_TEXT_CHARACTERS)
    .trimEnd();
  // Cutting can halve a pair of surrogates, and a character reference can name one half.
  return clean === '' ? null : clean.toWellFormed();
}

/** The address that a text is, if it is one of the web; null for all else, scripts above all. */
export function cleanUrl(text: string): string | null {
  const clean = cleanText(text);
  return clean !== null && /^https?:\/\//i.test(clean) && URL.canParse(clean) ? clean : null;
}
