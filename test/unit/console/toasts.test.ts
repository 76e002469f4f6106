import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';

// The address bar that the notes follow.
vi.stubGlobal('location', { pathname: '/', search: '' });
afterAll(() => vi.unstubAllGlobals());
const { dismissToast, showToast, visibleToasts } = await import('../../../console/src/state/toasts.ts');

const texts = () => visibleToasts.value.map(({ text }) => text);
const undo = () => undefined;

beforeEach(() => {
  for (const { id } of visibleToasts.value) dismissToast(id);
});

describe('a note', () => {
  it('goes when a newer one is about all that it was about', () => {
    showToast('Moved', { undo, about: ['a', 'b'] });
    showToast('Restored a', { about: ['a'] });
    expect(texts()).toEqual(['Moved', 'Restored a']);
    showToast('Restored b', { about: ['b'] });
    expect(texts()).toEqual(['Restored a', 'Restored b']);
  });

  it('stays when a newer one is about something else, or about nothing that is said', () => {
    showToast('Moved', { undo, about: ['a'] });
    showToast('Restored', { about: ['c'] });
    showToast('Copied');
    expect(texts()).toEqual(['Moved', 'Restored', 'Copied']);
  });
});
