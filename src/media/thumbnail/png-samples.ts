import type { PngStructure } from '../image/png.ts';

/** Writes `count` pixels of an unfiltered line (samples from byte 1 on) as eight-bit RGBA. */
export type LineExpander = (line: Uint8Array, count: number, rgba: Uint8Array) => void;

/** The expander for the colour type and depth of an image; its palette and tRNS are read once. */
export function createLineExpander(png: PngStructure): LineExpander {
  if (png.colorType === 3) return expandPalette(png);
  return png.colorType === 0 && png.depth < 8 ? expandPackedGrey(png) : expandSamples(png);
}

/** An index beyond the palette is shown as opaque black, as browsers do. */
function expandPalette({ depth, palette, transparency }: PngStructure): LineExpander {
  const entries = new Uint8Array(256 * 4);
  for (let index = 0; index < 256; index++) {
    entries.set(palette?.subarray(index * 3, index * 3 + 3) ?? [], index * 4);
    entries[index * 4 + 3] = transparency?.[index] ?? 255;
  }
  return (line, count, rgba) => {
    for (let x = 0; x < count; x++) {
      const from = readPacked(line, x, depth) * 4;
      rgba[x * 4] = entries[from] ?? 0;
      rgba[x * 4 + 1] = entries[from + 1] ?? 0;
      rgba[x * 4 + 2] = entries[from + 2] ?? 0;
      rgba[x * 4 + 3] = entries[from + 3] ?? 0;
    }
  };
}

function expandPackedGrey({ depth, transparency }: PngStructure): LineExpander {
  const scale = 255 / (2 ** depth - 1);
  const [hidden] = readTransparentColor(transparency, 1);
  return (line, count, rgba) => {
    for (let x = 0; x < count; x++) {
      const sample = readPacked(line, x, depth);
      rgba.fill(sample * scale, x * 4, x * 4 + 3);
      rgba[x * 4 + 3] = sample === hidden ? 0 : 255;
    }
  };
}

/** Whole-byte samples. Of 16 bits the high byte is shown; the transparent colour is matched on all 16. */
function expandSamples({ depth, channels, colorType, transparency }: PngStructure): LineExpander {
  const sampleBytes = depth / 8;
  const pixelBytes = channels * sampleBytes;
  const isGrey = channels < 3;
  const hasAlpha = channels % 2 === 0;
  const green = isGrey ? 0 : sampleBytes;
  const blue = isGrey ? 0 : 2 * sampleBytes;
  const hidden = colorType === 0 || colorType === 2 ? readTransparentColor(transparency, channels) : [];
  return (line, count, rgba) => {
    for (let x = 0, to = 0, from = 1; x < count; x++, to += 4, from += pixelBytes) {
      rgba[to] = line[from] ?? 0;
      rgba[to + 1] = line[from + green] ?? 0;
      rgba[to + 2] = line[from + blue] ?? 0;
      if (hasAlpha) rgba[to + 3] = line[from + pixelBytes - sampleBytes] ?? 0;
      else rgba[to + 3] = hidden.length > 0 && isColor(line, from, hidden, sampleBytes) ? 0 : 255;
    }
  };
}

function isColor(line: Uint8Array, from: number, color: readonly number[], sampleBytes: number): boolean {
  return color.every((wanted, channel) => {
    const at = from + channel * sampleBytes;
    const sample = sampleBytes === 2 ? (line[at] ?? 0) * 256 + (line[at + 1] ?? 0) : line[at];
    return sample === wanted;
  });
}

/** Samples of less than a byte are packed from the high bits down. */
function readPacked(line: Uint8Array, x: number, depth: number): number {
  const bit = x * depth;
  return ((line[1 + (bit >> 3)] ?? 0) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** tRNS of grey and RGB images: one 16-bit number per channel; empty when absent or too short. */
function readTransparentColor(transparency: Uint8Array | null, channels: number): number[] {
  if (transparency === null || transparency.length < channels * 2) return [];
  return Array.from({ length: channels }, (_, channel) => {
    return (transparency[channel * 2] ?? 0) * 256 + (transparency[channel * 2 + 1] ?? 0);
  });
}
