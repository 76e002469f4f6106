import { signal } from '@preact/signals';

const STORAGE_KEY = 'darkroom-move-on';

function readMoveOn(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'no';
  } catch {
    return true;
  }
}

/** Whether a decision leads to the next image. */
export const movesOn = signal(readMoveOn());

/** Chooses it and remembers it on this device. */
export function chooseMoveOn(isOn: boolean): void {
  movesOn.value = isOn;
  try {
    localStorage.setItem(STORAGE_KEY, isOn ? 'yes' : 'no');
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is left.
  }
}
