import { isReview } from '../api/types.ts';
import type { ImageFilter, ReviewChange } from '../api/types.ts';
import { isBoolean, isNumber, isRecord, isText, listOf, nullable, optional, shape } from '../api/shape.ts';
import type { Guard } from '../api/shape.ts';
import type { Decided } from './image-state.ts';

/** One image of a decision. */
interface Target {
  id: string;
  /** The revision that the reader decided on; null while it is still to come from the decision before. */
  revision: number | null;
}

interface DecisionParts {
  /** Also the start of its Idempotency-Key: the same after a reload. */
  id: string;
  projectId: string;
  /** When it was made, RFC 3339. */
  at: string;
  images: Target[];
  /** Whether it is about images that only the service can name; it then waits for all before it. */
  isWide: boolean;
  /** The reviews that its calls have made: what an undo of it names. */
  done: string[];
  /** How many images its calls have changed; left out before the first answer. */
  changed?: number | undefined;
}

/**
 * One action of the reader, on its way to the service. Plain data, because it is kept for the case of a reload:
 * a call that is repeated then must have the same key and the same body.
 */
export type Decision = DecisionParts &
  (
    | { kind: 'change'; change: ReviewChange }
    | { kind: 'matching'; change: ReviewChange; filter: ImageFilter }
    | {
        kind: 'undo';
        /** The decision that it takes back. */
        of: string;
        /** The reviews that are still to be undone, the last first; null until `of` has its answer. */
        todo: string[] | null;
        /** What each image goes back to, as far as the reader has seen it. */
        restore: Record<string, Decided>;
      }
  );

const isChange: Guard<ReviewChange> = shape({
  review: optional(isReview),
  label: optional(nullable(isText)),
  addTags: optional(listOf(isText)),
  removeTags: optional(listOf(isText)),
});
const isDecided = shape({ review: isReview, label: nullable(isText), tags: listOf(isText) });
const isTexts: Guard<Record<string, string>> = (value): value is Record<string, string> =>
  isRecord(value) && Object.values(value).every(isText);
const isRestore: Guard<Record<string, Decided>> = (value): value is Record<string, Decided> =>
  isRecord(value) && Object.values(value).every(isDecided);

const isParts = shape({
  id: isText,
  projectId: isText,
  at: isText,
  images: listOf(shape({ id: isText, revision: nullable(isNumber) })),
  isWide: isBoolean,
  done: listOf(isText),
  changed: optional(isNumber),
});
const isUndoPart = shape({ of: isText, todo: nullable(listOf(isText)), restore: isRestore });

/** Whether something read back is a decision; an older console may have written another shape. */
export function isDecision(value: unknown): value is Decision {
  if (!isParts(value) || !('kind' in value)) return false;
  if (value.kind === 'undo') return isUndoPart(value);
  if (!('change' in value) || !isChange(value.change)) return false;
  return value.kind === 'change' || (value.kind === 'matching' && 'filter' in value && isTexts(value.filter));
}
