import { describe, expect, it } from 'vitest';
import { digitOf, isHelpKey, readReviewKey } from '../../../console/src/review/review-keys.ts';

type Press = Parameters<typeof readReviewKey>[0];

function parts(key: string, held: Partial<Press> = {}): Press {
  const none = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false };
  return { key, code: '', repeat: false, isComposing: false, ...none, ...held };
}

const press = (key: string, held: Partial<Press> = {}) => readReviewKey(parts(key, held));

describe('the keys of the review', () => {
  it('decide, label and move', () => {
    expect(press('p')).toEqual({ kind: 'decide', review: 'keep' });
    expect(press('x')).toEqual({ kind: 'decide', review: 'reject' });
    expect(press('u')).toEqual({ kind: 'decide', review: 'undecided' });
    expect(press('9')).toEqual({ kind: 'label', index: 8 });
    expect(press('0')).toBeNull();
    expect(press('ArrowRight')).toEqual({ kind: 'next' });
    expect(press('End')).toEqual({ kind: 'last' });
  });

  it('lead back to the images, and to the list of all keys', () => {
    expect(press('Escape')).toEqual({ kind: 'leave' });
    expect(isHelpKey(parts('?', { shiftKey: true }))).toBe(true);
    expect(isHelpKey(parts('?', { ctrlKey: true }))).toBe(false);
    expect(isHelpKey(parts('/'))).toBe(false);
  });

  it('undo, and with Shift redo', () => {
    expect(press('z')).toEqual({ kind: 'undo' });
    expect(press('Z', { shiftKey: true })).toEqual({ kind: 'redo' });
  });

  it('work under Caps Lock, but not with Shift', () => {
    expect(press('P')).toEqual({ kind: 'decide', review: 'keep' });
    expect(press('P', { shiftKey: true })).toBeNull();
  });

  it('leave the commands of the browser and of other keyboards alone', () => {
    for (const held of ['altKey', 'ctrlKey', 'metaKey', 'isComposing'] as const) {
      expect(press('p', { [held]: true })).toBeNull();
    }
  });

  it('find the digits where a keyboard gives them only with Shift', () => {
    expect(press('&', { code: 'Digit1' })).toEqual({ kind: 'label', index: 0 });
    expect(press('!', { code: 'Digit1', shiftKey: true })).toBeNull();
  });

  it('decide once when they are held, and go on stepping', () => {
    expect(press('p', { repeat: true })).toBeNull();
    expect(press('z', { repeat: true })).toBeNull();
    expect(press('ArrowRight', { repeat: true })).toEqual({ kind: 'next' });
  });

  it('have a digit for the first nine labels', () => {
    expect([0, 8, 9, -1].map(digitOf)).toEqual(['1', '9', null, null]);
  });
});
