/** Recognised image formats that are not accepted yet. */
export type OtherFormat = 'HEIF' | 'BMP' | 'TIFF' | 'ICO' | 'SVG' | 'JPEG XL' | 'JPEG 2000';

const TEXT_PROBE_BYTES = 1024;

/** Names the format, of those not accepted, that the bytes begin like; null when they are no known image. */
export function recogniseFormat(bytes: Uint8Array): OtherFormat | null {
  const head = latin1(bytes.subarray(0, 32));
  if (head.slice(4, 8) === 'ftyp') return /hei[cfxs]|hev[cx]|mif1|msf1/.test(head.slice(8)) ? 'HEIF' : null;
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'TIFF';
  if (head.startsWith('\0\0\x01\0') || head.startsWith('\0\0\x02\0')) return 'ICO';
  if (head.startsWith('\xff\x0a') || head.startsWith('\0\0\0\x0cJXL ')) return 'JPEG XL';
  if (head.startsWith('\0\0\0\x0cjP  ') || head.startsWith('\xff\x4f\xff\x51')) return 'JPEG 2000';
  if (isBmp(bytes, head)) return 'BMP';
  return isSvg(bytes) ? 'SVG' : null;
}

/** "BM" also begins ordinary words, so the four reserved bytes must be zero and the header size known. */
function isBmp(bytes: Uint8Array, head: string): boolean {
  return (
    head.startsWith('BM') &&
    head.slice(6, 10) === '\0\0\0\0' &&
    [12, 40, 52, 56, 64, 108, 124].includes(bytes[14] ?? 0)
  );
}

/**
 * An XML prologue, comments and a document type may come before the root element. They are skipped one
 * by one: a single expression over all of them backtracks exponentially on a hostile page.
 */
function isSvg(bytes: Uint8Array): boolean {
  let text = latin1(bytes.subarray(0, TEXT_PROBE_BYTES))
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  while (/^<(?:\?xml|!--|!doctype\s+svg)/i.test(text)) {
    const close = text.startsWith('<!--') ? '-->' : '>';
    const end = text.indexOf(close);
    if (end < 0) return false;
    text = text.slice(end + close.length).trimStart();
  }
  return /^<svg[\s>]/i.test(text);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
