import { corrupt } from '../image/fault.ts';

/**
 * Undoes the filter of one PNG scanline in place (PNG, section 9). Byte 0 of both lines is the filter
 * type, the samples follow; `previous` holds zeros above the first line of an image or pass.
 * `pixelBytes` is the distance to the pixel on the left, at least 1.
 */
export function unfilterLine(
  line: Uint8Array,
  previous: Uint8Array,
  length: number,
  pixelBytes: number,
): void {
  switch (line[0]) {
    case 0:
      return;
    case 1:
      for (let at = 1 + pixelBytes; at < length; at++) {
        line[at] = (line[at] ?? 0) + (line[at - pixelBytes] ?? 0);
      }
      return;
    case 2:
      for (let at = 1; at < length; at++) line[at] = (line[at] ?? 0) + (previous[at] ?? 0);
      return;
    case 3:
      for (let at = 1; at < length; at++) {
        const left = at > pixelBytes ? (line[at - pixelBytes] ?? 0) : 0;
        line[at] = (line[at] ?? 0) + ((left + (previous[at] ?? 0)) >> 1);
      }
      return;
    case 4:
      undoPaeth(line, previous, length, pixelBytes);
      return;
    default:
      throw corrupt(`filter type ${line[0]}`);
  }
}

function undoPaeth(line: Uint8Array, previous: Uint8Array, length: number, pixelBytes: number): void {
  const first = Math.min(length, 1 + pixelBytes);
  for (let at = 1; at < first; at++) line[at] = (line[at] ?? 0) + (previous[at] ?? 0);
  for (let at = first; at < length; at++) {
    const left = line[at - pixelBytes] ?? 0;
    const above = previous[at] ?? 0;
    const corner = previous[at - pixelBytes] ?? 0;
    const fromLeft = Math.abs(above - corner);
    const fromAbove = Math.abs(left - corner);
    const fromCorner = Math.abs(left + above - 2 * corner);
    const predicted =
      fromLeft <= fromAbove && fromLeft <= fromCorner ? left : fromAbove <= fromCorner ? above : corner;
    line[at] = (line[at] ?? 0) + predicted;
  }
}
