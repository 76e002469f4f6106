import { corrupt } from './fault.ts';
import type { DcGrid, DcPlane } from './jpeg-dc-grid.ts';
import { ScanWindow } from './jpeg-dc-window.ts';
import {
  type AcTable,
  BLOCK_COEFFICIENTS,
  BLOCK_END,
  type DcTable,
  LENGTH_BITS,
  LENGTH_MASK,
  LOOKUP_BITS,
  countCoefficients,
  findDifference,
  findSymbol,
  peek,
} from './jpeg-huffman.ts';
import type { JpegComponent, JpegFrame } from './jpeg-segment.ts';

/** A component as a scan header tells to read it. */
export interface ScanComponent {
  component: JpegComponent;
  dc: DcTable;
  ac: AcTable;
  /** The first entry of its quantisation table. */
  dcQuantum: number;
}

/** One block of the units of a scan. */
interface UnitBlock {
  source: ComponentState;
  /** Place of the block in its unit. */
  dx: number;
  dy: number;
}

interface ComponentState {
  dc: DcTable;
  ac: AcTable;
  dcQuantum: number;
  plane: DcPlane;
  /** Blocks of a unit across and down. */
  across: number;
  down: number;
  /** DC value of the last block. */
  previous: number;
}

/** The order of the blocks of a scan (ITU-T T.81, A.2). */
interface UnitPlan {
  blocks: UnitBlock[];
  components: ComponentState[];
  unitsPerLine: number;
  units: number;
}

/** Eight times the samples -128 and 127: what lies beyond is clamped by every decoder. */
const MIN_DC = -1024;
const MAX_DC = 1016;
/** libjpeg holds at most 32 bits that it has read ahead. What it drops of them at the end, it does not report. */
const MAX_UNREPORTED_BYTES = 3;
const TO_LOOKUP = 32 - LOOKUP_BITS;

/**
 * Reads the entropy-coded data of a sequential scan and adds its DC values to the grid. Returns the offset of the
 * marker behind it, or null when so few bytes are left over that decoders differ about them. Throws ImageFault when a
 * code does not exist, a value lies beyond the end of its block, units or restart markers are missing, or data are
 * left over.
 */
export function readScanColors(
  bytes: Uint8Array,
  start: number,
  frame: JpegFrame,
  grid: DcGrid,
  components: ScanComponent[],
  restartInterval: number,
): number | null {
  const plan = planUnits(frame, grid, components);
  const window = new ScanWindow(bytes, start);
  const interval = restartInterval === 0 ? plan.units : restartInterval;
  for (let unit = 0, restarts = 0; ; restarts++) {
    const end = Math.min(unit + interval, plan.units);
    for (const component of plan.components) component.previous = 0;
    const left = window.finish(readUnits(plan, window, unit, end));
    if (left > MAX_UNREPORTED_BYTES) throw corrupt('scan data left over');
    if (left > 0) return null;
    if (end === plan.units) return window.markerAt;
    unit = end;
    window.restart(restarts);
  }
}

/** Reads the units from `first` up to `end`, and returns the position behind them. */
function readUnits(plan: UnitPlan, window: ScanWindow, first: number, end: number): number {
  const { blocks, unitsPerLine } = plan;
  const { view } = window;
  let position = 0;
  let x = first % unitsPerLine;
  let y = (first - x) / unitsPerLine;
  for (let unit = first; unit < end; unit++) {
    if (position >= window.limit) position = window.advance(position);
    for (const { source, dx, dy } of blocks) {
      const { dc, ac, plane } = source;
      const entry = dc.lookup[peek(view, position) >>> TO_LOOKUP] || findDifference(view, position, dc);
      position += entry & LENGTH_MASK;
      const value = (source.previous + (entry >> LENGTH_BITS)) | 0;
      source.previous = value;
      addBlock(plane, x * source.across + dx, y * source.down + dy, Math.imul(value, source.dcQuantum));
      position = passCoefficients(view, position, 1, ac.lookup);
      if (position < 0) position = passRest(view, position, ac);
    }
    if (++x === unitsPerLine) {
      x = 0;
      y++;
    }
  }
  return position;
}

function addBlock({ sums, across, down }: DcPlane, column: number, row: number, dc: number): void {
  const cell = (down.offsets[row] ?? 0) + (across.offsets[column] ?? 0);
  const samples = (across.samples[column] ?? 0) * (down.samples[row] ?? 0);
  sums[cell] = (sums[cell] ?? 0) + Math.max(MIN_DC, Math.min(MAX_DC, dc)) * samples;
}

/**
 * Passes over AC values from a coefficient (1 to 63) on. Returns the position behind the block or, when a symbol is to
 * be read by itself, `~(position * 64 + coefficient)` of it.
 */
function passCoefficients(view: DataView, start: number, first: number, lookup: Uint16Array): number {
  let position = start;
  let coefficient = first;
  // Each entry is taken from bits that were loaded before the one ahead of it was known: the load costs no wait. The
  // entries are so short that these 32 bits reach far enough.
  let base = position & ~7;
  let bits = view.getInt32(position >>> 3);
  for (;;) {
    const nextBase = position & ~7;
    const nextBits = view.getInt32(position >>> 3);
    const entry = lookup[(bits << (position - base)) >>> TO_LOOKUP] ?? 0;
    base = nextBase;
    bits = nextBits;
    position = (position + (entry & LENGTH_MASK)) | 0;
    coefficient = (coefficient + (entry >>> LENGTH_BITS)) | 0;
    if (coefficient < BLOCK_COEFFICIENTS) continue;
    if (coefficient === BLOCK_COEFFICIENTS) return position;
    if (coefficient >= BLOCK_END && coefficient < BLOCK_END + BLOCK_COEFFICIENTS) return position;
    // Not in the look-up, or several symbols of which one passes the end of the block.
    return ~(((position - (entry & LENGTH_MASK)) << 6) | (coefficient - (entry >>> LENGTH_BITS)));
  }
}

/** Goes on where `passCoefficients` stopped. Returns the position behind the block. */
function passRest(view: DataView, stop: number, { lookup, code }: AcTable): number {
  let position = stop;
  while (position < 0) {
    const coefficient = ~position & (BLOCK_COEFFICIENTS - 1);
    const at = ~position >>> 6;
    const found = findSymbol(view, at, code);
    const symbol = found >>> LENGTH_BITS;
    position = at + (found & LENGTH_MASK) + (symbol & 15);
    const next = coefficient + countCoefficients(symbol);
    if (next < BLOCK_COEFFICIENTS) position = passCoefficients(view, position, next, lookup);
    // Sixteen zeros that pass the end lose nothing; a value there has no place.
    else if (next > BLOCK_COEFFICIENTS && (symbol & 15) > 0)
      throw corrupt('value beyond the end of its block');
  }
  return position;
}

function planUnits(frame: JpegFrame, grid: DcGrid, scanned: ScanComponent[]): UnitPlan {
  const hMax = Math.max(...frame.components.map(({ h }) => h));
  const vMax = Math.max(...frame.components.map(({ v }) => v));
  const isInterleaved = scanned.length > 1;
  const components = scanned.map(({ component, dc, ac, dcQuantum }) => {
    const plane = grid.planeOf(component);
    if (plane === undefined) throw corrupt('scan names a wrong component');
    const [across, down] = isInterleaved ? [component.h, component.v] : [1, 1];
    return { dc, ac, dcQuantum, plane, across, down, previous: 0 };
  });
  const blocks = components.flatMap((source) =>
    Array.from({ length: source.across * source.down }, (_, index) => ({
      source,
      dx: index % source.across,
      dy: Math.floor(index / source.across),
    })),
  );
  // A.2.2: the only component of a scan has no blocks beyond its own edge.
  const [only] = scanned;
  const h = isInterleaved || only === undefined ? 1 : only.component.h;
  const v = isInterleaved || only === undefined ? 1 : only.component.v;
  const unitsPerLine = Math.ceil(Math.ceil((frame.width * h) / hMax) / 8);
  const lines = Math.ceil(Math.ceil((frame.height * v) / vMax) / 8);
  return { blocks, components, unitsPerLine, units: unitsPerLine * lines };
}
