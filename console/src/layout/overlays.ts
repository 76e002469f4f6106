import { signal } from '@preact/signals';

/** The one overlay of the frame that is open. */
export const overlay = signal<'palette' | 'export' | 'team' | 'keys' | null>(null);

export function closeOverlay(): void {
  overlay.value = null;
}
