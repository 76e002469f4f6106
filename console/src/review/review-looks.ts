import type { Review } from '../api/types.ts';
import type { IconName } from '../components/icon.tsx';

/** What can be decided about an image, in the order of buttons and chips. */
export const REVIEWS: readonly Review[] = ['keep', 'reject', 'undecided'];

export const REVIEW_ICONS = {
  keep: 'check',
  reject: 'cross',
  undecided: 'skipped',
} as const satisfies Record<Review, IconName>;

/** The tone of a chip about it: only what is kept has a colour. */
export function toneOf(review: Review): 'keep' | 'plain' {
  return review === 'keep' ? 'keep' : 'plain';
}
