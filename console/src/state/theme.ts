import { signal } from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';

/** Shared with public/theme.js, which applies the choice before the first paint. */
const STORAGE_KEY = 'darkroom-theme';

export const THEMES: readonly Theme[] = ['system', 'dark', 'light'];

function readTheme(): Theme {
  const shown = document.documentElement.dataset['theme'];
  return shown === 'dark' || shown === 'light' ? shown : 'system';
}

export const theme = signal<Theme>(readTheme());

/** Applies a theme and remembers it on this device; `system` forgets the choice. */
export function chooseTheme(choice: Theme): void {
  theme.value = choice;
  if (choice === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = choice;
  try {
    if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be forbidden; the theme then lasts until the page is left.
  }
}
