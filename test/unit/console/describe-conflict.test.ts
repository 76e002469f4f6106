import { describe, expect, it } from 'vitest';
import type { ReviewChange } from '../../../console/src/api/types.ts';
import { describeConflict } from '../../../console/src/review/describe-conflict.ts';
import type { ImageState } from '../../../console/src/review/image-state.ts';
import { TEAMMATE, newImage } from './review-server.ts';

const SEEN = newImage('img_a');
const theirs = (parts: Partial<ImageState>, id = 'img_a') =>
  newImage(id, { revision: 1, reviewedBy: TEAMMATE, ...parts });
const nameOf = () => 'elsewhere.jpg';

function say(change: ReviewChange | null, parts: Partial<ImageState>, isSeen = true): string | null {
  const before = isSeen ? { img_a: SEEN } : null;
  return describeConflict({ images: [theirs(parts)], change, before }, nameOf);
}

describe('the words about a conflict', () => {
  it.each([
    [
      { review: 'reject' },
      { review: 'keep' },
      'Ada chose Keep for elsewhere.jpg. Your Reject was not applied.',
    ],
    [{ review: 'keep' }, { label: 'cat' }, 'Ada labelled elsewhere.jpg cat. Your Keep was not applied.'],
    [
      { label: 'boat' },
      { tags: ['sea'] },
      'Ada changed the tags of elsewhere.jpg. Your label boat was not applied.',
    ],
    [null, { review: 'reject' }, 'Ada chose Reject for elsewhere.jpg. Your undo was not applied.'],
  ] as const)('%o against %o: %s', (change, parts, words) => {
    expect(say(structuredClone(change), structuredClone(parts) as Partial<ImageState>)).toBe(words);
  });

  it('do not name a choice that was there before, nor guess after a reload', () => {
    const seen = { img_a: newImage('img_a', { review: 'keep', label: 'cat' }) };
    const images = [theirs({ review: 'keep' })];
    const change: ReviewChange = { review: 'reject' };
    expect(describeConflict({ images, change, before: seen }, nameOf)).toMatch(
      /^Ada took the label off elsewhere.jpg\./,
    );
    expect(say(change, { label: 'cat' }, false)).toMatch(/^Ada changed elsewhere.jpg first\./);
  });

  it('count more than one, and name nobody when several people were first', () => {
    const images = [
      theirs({ review: 'keep' }),
      theirs({ review: 'keep', reviewedBy: { id: 'usr_c', name: 'Cy' } }, 'img_b'),
    ];
    expect(describeConflict({ images, change: { review: 'reject' }, before: null }, nameOf)).toBe(
      'Somebody changed 2 images first. Your Reject was not applied to them.',
    );
  });

  it('are none where both wanted the same', () => {
    expect(say({ review: 'keep' }, { review: 'keep' })).toBeNull();
  });
});
