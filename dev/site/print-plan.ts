import { PHOTOGRAPHS, pathOfPhotograph, type Photograph } from './photographs.ts';
import { readTonalMap } from './tonal-map.ts';
import { chooseWindows, type Window } from './windows.ts';

export type PrintFormat = 'jpeg' | 'progressive' | 'png' | 'webp' | 'webp-lossless' | 'gif' | 'avif';

/** How each format is named and served. */
export const FILE_TYPES: Record<PrintFormat, { extension: string; type: string }> = {
  jpeg: { extension: 'jpg', type: 'image/jpeg' },
  progressive: { extension: 'jpg', type: 'image/jpeg' },
  png: { extension: 'png', type: 'image/png' },
  webp: { extension: 'webp', type: 'image/webp' },
  'webp-lossless': { extension: 'webp', type: 'image/webp' },
  gif: { extension: 'gif', type: 'image/gif' },
  avif: { extension: 'avif', type: 'image/avif' },
};

/** One image to make: which crop, in which tone, size and file format. */
export interface Print {
  file: string;
  photograph: Photograph;
  window: Window;
  tone: Tone;
  /** Long side of the finished image, in pixels. */
  longSide: number;
  format: PrintFormat;
  /** EXIF orientation: the pixels lie turned in the file and the tag sets them upright. 1 = as they lie. */
  orientation: 1 | 3 | 6 | 8;
  /** Whether the file says under which licence it is. */
  statesLicense: boolean;
}

export interface Tone {
  name: string;
  /** Colours that black and white become; without them the scan keeps its own. */
  inks?: readonly [shadow: readonly number[], light: readonly number[]];
}

/** Prints in JPEG and PNG; those after them are in newer formats and GIF. */
const CLASSIC_COUNT = 216;
export const PRINT_COUNT = 234;
const MAX_CROPS_EACH = 60;
const MIN_LONG_SIDE = 480;
const MAX_LONG_SIDE = 1200;

const SCAN: Tone = { name: 'scan' };
const SILVER: Tone = {
  name: 'silver',
  inks: [
    [8, 8, 8],
    [250, 250, 250],
  ],
};
const COPPER: Tone = {
  name: 'copper',
  inks: [
    [38, 14, 6],
    [255, 226, 190],
  ],
};
const CYANOTYPE: Tone = {
  name: 'cyanotype',
  inks: [
    [8, 30, 62],
    [236, 244, 246],
  ],
};
const SELENIUM: Tone = {
  name: 'selenium',
  inks: [
    [30, 14, 30],
    [247, 238, 240],
  ],
};
/** Eleven long: coprime with the number of photographs, so that each photograph comes in every tone. */
const TONES = [SCAN, SILVER, COPPER, SCAN, CYANOTYPE, SCAN, SILVER, SELENIUM, SCAN, COPPER, SILVER] as const;

const LATER_FORMATS = ['avif', 'webp', 'gif', 'avif', 'webp-lossless', 'gif'] as const;
/** Formats whose files carry an EXIF orientation that every reader heeds. */
const TURNABLE: ReadonlySet<PrintFormat> = new Set(['jpeg', 'progressive', 'webp']);

/** Plans all prints, photograph after photograph in turn. Throws when the photographs yield too few distinct crops. */
export async function planPrints(): Promise<Print[]> {
  const taken: bigint[] = [];
  const rolls: { photograph: Photograph; windows: Window[] }[] = [];
  for (const photograph of PHOTOGRAPHS) {
    const map = await readTonalMap(pathOfPhotograph(photograph));
    rolls.push({ photograph, windows: chooseWindows(photograph, map, taken, MAX_CROPS_EACH) });
  }
  const prints: Print[] = [];
  for (let round = 0; round < MAX_CROPS_EACH; round += 1) {
    for (const { photograph, windows } of rolls) {
      const window = windows[round];
      if (window && prints.length < PRINT_COUNT)
        prints.push(planPrint(prints.length, round, photograph, window));
    }
  }
  if (prints.length < PRINT_COUNT) throw new Error(`only ${prints.length} distinct crops of ${PRINT_COUNT}`);
  return prints;
}

function planPrint(index: number, round: number, photograph: Photograph, window: Window): Print {
  const format = formatOf(index);
  const orientations = [6, 3, 8] as const;
  const isTurned = TURNABLE.has(format) && index % 10 === 7;
  const laid = isTurned ? (orientations[Math.floor(index / 10) % 3] ?? 1) : 1;
  // Small crops are enlarged more, none so far that it falls apart; the spread keeps the sizes mixed.
  const enlarged = Math.max(window.rect.width, window.rect.height) * (1.25 + (index % 4) * 0.2);
  return {
    file: `${photograph.name}-${String(round + 1).padStart(2, '0')}.${FILE_TYPES[format].extension}`,
    photograph,
    window,
    tone: TONES[index % TONES.length] ?? SCAN,
    longSide: Math.round(Math.min(MAX_LONG_SIDE, Math.max(MIN_LONG_SIDE + (index % 9) * 16, enlarged))),
    format,
    orientation: laid,
    // All are under the same; one in four keeps silent, as on any site, so that a filter can tell them apart. GIF has no
    // place for it that is read, and a lossless WebP that has one is of another kind.
    statesLicense: format !== 'gif' && format !== 'webp-lossless' && index % 4 !== 3,
  };
}

function formatOf(index: number): PrintFormat {
  if (index >= CLASSIC_COUNT) return LATER_FORMATS[(index - CLASSIC_COUNT) % LATER_FORMATS.length] ?? 'webp';
  return index % 6 === 4 ? 'png' : index % 5 === 2 ? 'progressive' : 'jpeg';
}
