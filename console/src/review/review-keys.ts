import type { Review } from '../api/types.ts';

export type ReviewKey =
  | { kind: 'decide'; review: Review }
  /** The place of a label in the project's list, from 0. */
  | { kind: 'label'; index: number }
  | { kind: 'undo' | 'redo' | 'tags' | 'leave' | 'previous' | 'next' | 'first' | 'last' };

/** The part of a KeyboardEvent that counts. */
type Press = Pick<
  KeyboardEvent,
  'key' | 'code' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey' | 'repeat' | 'isComposing'
>;

const LETTERS: Readonly<Record<string, ReviewKey>> = {
  p: { kind: 'decide', review: 'keep' },
  x: { kind: 'decide', review: 'reject' },
  u: { kind: 'decide', review: 'undecided' },
  t: { kind: 'tags' },
  z: { kind: 'undo' },
};

const MOVES: Readonly<Record<string, ReviewKey>> = {
  ArrowLeft: { kind: 'previous' },
  ArrowRight: { kind: 'next' },
  Home: { kind: 'first' },
  End: { kind: 'last' },
};

/** The key caps of the decisions. */
export const DECISION_KEYS = { keep: 'P', reject: 'X', undecided: 'U' } as const;

/** The key cap of the box for tags. */
export const TAGS_KEY = 'T';

/** How many labels have a digit. */
const DIGITS = 9;

/** The digit of a label by its place in the project's list, or null. */
export function digitOf(index: number): string | null {
  return index >= 0 && index < DIGITS ? String(index + 1) : null;
}

/** What a key press means for a review, or null. A key that is held steps, but decides only once. */
export function readReviewKey(press: Press): ReviewKey | null {
  const { key, code, shiftKey } = press;
  if (press.altKey || press.ctrlKey || press.metaKey || press.isComposing) return null;
  const move = shiftKey ? undefined : MOVES[key];
  if (move) return move;
  if (press.repeat) return null;
  if (key === 'Escape') return { kind: 'leave' };
  const letter = LETTERS[key.toLowerCase()];
  if (shiftKey) return letter?.kind === 'undo' ? { kind: 'redo' } : null;
  if (letter) return letter;
  // By its place too: some keyboards give the digits only with Shift.
  const digit = /^[1-9]$/.exec(key)?.[0] ?? /^Digit([1-9])$/.exec(code)?.[1];
  return digit === undefined ? null : { kind: 'label', index: Number(digit) - 1 };
}

/** Whether a press asks for the list of all keys. */
export function isHelpKey({ key, altKey, ctrlKey, metaKey, repeat, isComposing }: Press): boolean {
  return key === '?' && !altKey && !ctrlKey && !metaKey && !repeat && !isComposing;
}

/** Where letters are text, or belong to something that lies over the page. */
const OWN_KEYS =
  'textarea, select, [role=menu], [contenteditable], input:not([type=checkbox], [type=radio], [type=range])';

/** Whether a press is for the page: nobody is typing, and no dialog or menu is open. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || document.querySelector('dialog[open], [role=menu]') !== null) return false;
  return !(event.target instanceof Element && event.target.closest(OWN_KEYS) !== null);
}
