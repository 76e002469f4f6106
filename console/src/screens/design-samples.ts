import type { Problem } from '../api/problem.ts';
import type { ItemStatus } from '../api/types.ts';
import type { TileImage } from '../components/tile.tsx';
import type { Ring } from '../live/people.ts';
import { t } from '../strings.ts';

export const SAMPLE_PEOPLE = t.design.names.map((name) => ({ id: name, name }));

export const SAMPLE_RING: Ring = { colour: 2, name: t.design.names[0], names: t.design.names.slice(0, 2) };

export const SAMPLE_COUNTS: Record<ItemStatus, number> = {
  stored: 182,
  duplicate_exact: 21,
  skipped: 6,
  rejected: 14,
  blocked: 9,
  failed: 11,
  deferred: 5,
  pending: 40,
};

export const SAMPLE_PROBLEM: Problem = {
  code: 'unavailable',
  status: 503,
  title: 'The list could not be read.',
  detail: null,
  requestId: 'req_01jd3k8m5vq2w7x9',
  retryable: true,
  errors: [],
  state: null,
};

const SHAPES = [
  [3, 2],
  [2, 3],
  [1, 1],
  [16, 9],
  [4, 5],
  [3, 2],
] as const;

/** What was decided about the first frames. */
const DECISIONS: readonly Pick<TileImage, 'review' | 'label'>[] = [
  { review: 'keep', label: 'harbour' },
  { review: 'reject', label: null },
  { review: 'undecided', label: 'portrait' },
  { review: 'keep', label: null },
];

/** Frames without a thumbnail: a name and a format on the average colour, which here is the placeholder's own. */
export function sampleImages(theme: string): TileImage[] {
  return SHAPES.map(([width, height], index) => ({
    id: `sample-${theme}-${index}`,
    projectId: 'sample',
    width: width * 200,
    height: height * 200,
    averageColor: 'var(--border)',
    mime: 'image/avif',
    thumbnail: null,
    source: { url: `https://garden.example/frame-${index + 1}.jpg`, finalUrl: '', fetchedAt: '' },
    ...DECISIONS[index],
  }));
}
