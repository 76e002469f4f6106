import { corrupt } from './fault.ts';
import type { JpegFrame, JpegScan } from './jpeg-segment.ts';

const RST0 = 0xd0;
const RST7 = 0xd7;

/**
 * Walks entropy-coded data from `start` to the marker that ends it and returns that marker's offset.
 * Codes are not decoded, but a scan that is too short for its blocks, or has too few restart markers,
 * is corrupt: a frame header alone must not claim 65,535 x 65,535 pixels.
 */
export function walkScanData(
  bytes: Uint8Array,
  start: number,
  frame: JpegFrame,
  scan: JpegScan,
  restartInterval: number,
): number {
  let restarts = 0;
  for (let from = start; ;) {
    const found = bytes.indexOf(0xff, from);
    if (found < 0) throw corrupt('truncated inside scan data');
    let at = found + 1;
    while (bytes[at] === 0xff) at++;
    const code = bytes[at];
    if (code === undefined) throw corrupt('truncated inside scan data');
    from = at + 1;
    if (code === 0) continue;
    if (code >= RST0 && code <= RST7) {
      if (restartInterval === 0) throw corrupt('restart marker without an interval');
      if (code !== RST0 + (restarts % 8)) throw corrupt('restart marker out of order');
      restarts++;
      continue;
    }
    checkAmount(found - start - restarts * 2, restarts, frame, scan, restartInterval);
    return found;
  }
}

function checkAmount(
  dataBytes: number,
  restarts: number,
  frame: JpegFrame,
  scan: JpegScan,
  restartInterval: number,
): void {
  const { units, blocks } = countUnits(frame, scan);
  if (restartInterval > 0) {
    const expected = Math.ceil(units / restartInterval) - 1;
    // Some encoders close the last interval with a marker of its own.
    if (restarts < expected || restarts > expected + 1) throw corrupt('number of restart markers');
  }
  if (dataBytes * 8 < minimumBits(frame, scan, blocks)) throw corrupt('scan data ends early');
}

/** ITU T.81: the shortest code is one bit; a sequential block has a DC code and at least one AC code. */
function minimumBits(frame: JpegFrame, scan: JpegScan, blocks: number): number {
  if (!frame.progressive) return blocks * 2;
  // An end-of-band run of a progressive AC scan covers up to 32,767 blocks with one code.
  return scan.spectralStart === 0 ? blocks : 1;
}

function countUnits(frame: JpegFrame, scan: JpegScan): { units: number; blocks: number } {
  const hMax = Math.max(...frame.components.map(({ h }) => h));
  const vMax = Math.max(...frame.components.map(({ v }) => v));
  const [first] = scan.components;
  if (scan.components.length === 1 && first !== undefined) {
    const columns = Math.ceil(Math.ceil((frame.width * first.h) / hMax) / 8);
    const rows = Math.ceil(Math.ceil((frame.height * first.v) / vMax) / 8);
    return { units: columns * rows, blocks: columns * rows };
  }
  const units = Math.ceil(frame.width / (8 * hMax)) * Math.ceil(frame.height / (8 * vMax));
  return { units, blocks: units * scan.components.reduce((sum, { h, v }) => sum + h * v, 0) };
}
