import type { GifStructure } from '../image/gif.ts';
import type { JpegStructure } from '../image/jpeg.ts';
import type { PngStructure } from '../image/png.ts';
import type { WebpStructure } from '../image/webp.ts';

/*
 * A production isolate has 128 MB for all its requests, and the local runtime does not enforce it. One
 * decode may take about half, so each kind of image has the budget its decoder's memory allows.
 * The figures are read from the header before a single pixel is decoded.
 */

/** No decoder buffer has to hold a longer row than this. */
export const MAX_SIDE = 16_384;

/** A baseline JPEG is decoded at 1/8 scale: 50 megapixels took 5.4 MB of decoder memory and 130 ms. */
export const MAX_BASELINE_JPEG_PIXELS = 50_000_000;

/**
 * A progressive (or otherwise many-scan) JPEG keeps every coefficient at two bytes until its last scan:
 * 3 bytes per pixel at 4:2:0 and 6 at 4:4:4, so this is 16 or 8 megapixels.
 */
export const MAX_COEFFICIENT_BYTES = 48_000_000;

/** Each scan of a progressive JPEG visits every block; 16 megapixels in 16 scans takes about a second. */
export const MAX_SCANNED_PIXELS = 256_000_000;

/** The row decoder holds two rows only; this bounds its time (about 20 ms of CPU per megapixel). */
export const MAX_PNG_PIXELS = 16_000_000;

/** The decoder holds the pixels and gives us a copy: 6 megapixels took 54 MB. */
export const MAX_LOSSY_WEBP_PIXELS = 6_000_000;

/** Lossless data and alpha planes need a buffer of their own: 6 megapixels took 78 MB. */
export const MAX_LOSSLESS_WEBP_PIXELS = 4_000_000;

/** The row decoder holds one row only; this bounds its time. */
export const MAX_GIF_PIXELS = 4_000_000;

/** Says which budget a JPEG exceeds, or null when it fits. */
export function checkJpegBudget({ frame, scans }: JpegStructure): string | null {
  const { width, height, components } = frame;
  const pixels = width * height;
  if (Math.max(width, height) > MAX_SIDE) return `a side is over ${MAX_SIDE} pixels`;
  if (!frame.progressive && scans === 1) {
    return pixels > MAX_BASELINE_JPEG_PIXELS ? `over ${MAX_BASELINE_JPEG_PIXELS} pixels` : null;
  }
  const hMax = Math.max(...components.map(({ h }) => h));
  const vMax = Math.max(...components.map(({ v }) => v));
  const share = components.reduce((sum, { h, v }) => sum + (h * v) / (hMax * vMax), 0);
  if (pixels * share * 2 > MAX_COEFFICIENT_BYTES)
    return `over ${MAX_COEFFICIENT_BYTES} bytes of coefficients`;
  return pixels * scans > MAX_SCANNED_PIXELS ? `${scans} scans of ${pixels} pixels` : null;
}

/** Says which budget a PNG exceeds, or null when it fits. */
export function checkPngBudget({ width, height }: PngStructure): string | null {
  return checkArea(width, height, MAX_PNG_PIXELS);
}

/** Says which budget a WebP exceeds, or null when it fits. */
export function checkWebpBudget({ width, height, firstFrame }: WebpStructure): string | null {
  const isLossy = firstFrame.type === 'VP8 ' && firstFrame.alpha === null;
  return checkArea(width, height, isLossy ? MAX_LOSSY_WEBP_PIXELS : MAX_LOSSLESS_WEBP_PIXELS);
}

/** Says which budget a GIF exceeds, or null when it fits. */
export function checkGifBudget({ width, height }: GifStructure): string | null {
  return checkArea(width, height, MAX_GIF_PIXELS);
}

function checkArea(width: number, height: number, maxPixels: number): string | null {
  if (Math.max(width, height) > MAX_SIDE) return `a side is over ${MAX_SIDE} pixels`;
  return width * height > maxPixels ? `over ${maxPixels} pixels` : null;
}
