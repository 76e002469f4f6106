import type { Photograph, Rect, Turn } from './photographs.ts';
import { countDifferentBits, hashWindow, type TonalMap } from './tonal-map.ts';

/** A crop of one photograph, turned as it will be printed. */
export interface Window {
  rect: Rect;
  turn: Turn;
  hash: bigint;
}

/** Largest part of their common area that two crops of one photograph may share. */
export const MAX_OVERLAP = 0.25;
/** Least difference of two crops' hashes; wider than what the finished files promise, as printing moves a few bits. */
const MIN_HASH_DISTANCE = 12;
/** A crop whose grey deviates less than this looks like a blank wall. */
const MIN_DEVIATION = 28;
/** Of the 4 x 4 parts of a crop, this share must show texture. */
const MIN_TEXTURED_SHARE = 0.56;
const TEXTURE_DEVIATION = 9;
const PARTS = 4;
/** Long sides of crops as shares of the photograph's long side, large first, so that the whole view comes first. */
const SCALES = [0.97, 0.7, 0.52, 0.4, 0.31, 0.25, 0.205, 0.18] as const;
/** Frames across and down that make one crop of a sheet of exposures. */
const BLOCKS = [
  [6, 4],
  [3, 3],
  [3, 2],
  [2, 3],
  [2, 2],
  [1, 2],
  [2, 1],
  [1, 1],
] as const;

/** Share of the union of two rectangles that both cover, 0-1. */
export function overlap(a: Rect, b: Rect): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/**
 * Chooses crops of a photograph, the best composed of each size first. Each differs from all chosen before it in place
 * (`MAX_OVERLAP`) and in its hash from all in `taken` too, whichever photograph those are of. Adds its own to `taken`.
 */
export function chooseWindows(
  photograph: Photograph,
  map: TonalMap,
  taken: bigint[],
  limit: number,
): Window[] {
  const chosen: Window[] = [];
  const sizes = photograph.frames ? framesBySize(photograph.frames) : rectsBySize(photograph, map);
  for (const size of sizes) {
    const ranked = size
      .map((rect) => ({ rect, score: score(map, rect) }))
      .filter((candidate) => candidate.score > 0)
      .sort((a, b) => b.score - a.score);
    for (const { rect } of ranked) {
      if (chosen.length === limit) return chosen;
      if (chosen.some((other) => overlap(rect, other.rect) > MAX_OVERLAP)) continue;
      const window = findTurn(photograph, map, rect, chosen.length, taken);
      if (!window) continue;
      chosen.push(window);
      taken.push(window.hash);
    }
  }
  return chosen;
}

/** The first turn, counted on from the last crop's, that makes the window unlike all that are taken. */
function findTurn(photograph: Photograph, map: TonalMap, rect: Rect, from: number, taken: bigint[]) {
  for (let step = 0; step < photograph.turns.length; step += 1) {
    const turn = photograph.turns[(from + step) % photograph.turns.length] ?? 'upright';
    const hash = hashWindow(map, rect, turn);
    if (taken.every((other) => countDifferentBits(hash, other) >= MIN_HASH_DISTANCE))
      return { rect, turn, hash };
  }
  return undefined;
}

/** How much there is to see: contrast weighted by the share of the crop that has texture; 0 for a dull one. */
function score(map: TonalMap, rect: Rect): number {
  const deviation = map.deviation(rect);
  if (deviation < MIN_DEVIATION) return 0;
  const width = Math.floor(rect.width / PARTS);
  const height = Math.floor(rect.height / PARTS);
  let textured = 0;
  for (let part = 0; part < PARTS * PARTS; part += 1) {
    const left = rect.left + (part % PARTS) * width;
    const top = rect.top + Math.floor(part / PARTS) * height;
    if (map.deviation({ left, top, width, height }) > TEXTURE_DEVIATION) textured += 1;
  }
  const share = textured / (PARTS * PARTS);
  return share < MIN_TEXTURED_SHARE ? 0 : deviation * share;
}

function rectsBySize(photograph: Photograph, map: TonalMap): Rect[][] {
  const { inset } = photograph;
  const room = { width: map.width - 2 * inset, height: map.height - 2 * inset };
  return SCALES.map((scale) => photograph.aspects.flatMap((aspect) => slide(scale, aspect)));

  function slide(scale: number, aspect: number): Rect[] {
    const long = Math.max(map.width, map.height) * scale;
    const width = Math.round(aspect >= 1 ? long : long * aspect);
    const height = Math.round(aspect >= 1 ? long / aspect : long);
    const stride = Math.max(8, Math.round(Math.min(width, height) / 12));
    const rects: Rect[] = [];
    for (let top = inset; top + height <= inset + room.height; top += stride) {
      for (let left = inset; left + width <= inset + room.width; left += stride) {
        rects.push({ left, top, width, height });
      }
    }
    return rects;
  }
}

function framesBySize({ x, y }: { x: readonly number[]; y: readonly number[] }): Rect[][] {
  return BLOCKS.map(([across, down]) => {
    const rects: Rect[] = [];
    for (let row = 0; row + down < y.length; row += 1) {
      for (let column = 0; column + across < x.length; column += 1) {
        const left = x[column] ?? 0;
        const top = y[row] ?? 0;
        rects.push({
          left,
          top,
          width: (x[column + across] ?? 0) - left,
          height: (y[row + down] ?? 0) - top,
        });
      }
    }
    return rects;
  });
}
