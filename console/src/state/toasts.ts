import { computed, signal } from '@preact/signals';
import { place } from '../routing/navigation.ts';

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
  undo: (() => void) | null;
  /** The visit it belongs to. */
  visit: number;
}

const LIFETIME_MS = 6_000;
/** More would cover the images; the oldest gives way. */
const MAX_SHOWN = 3;

let lastId = 0;

const toasts = signal<readonly Toast[]>([]);

/** The notes of the place one is at; one with Undo goes along to the next place. */
export const visibleToasts = computed(() =>
  toasts.value.filter(({ undo, visit }) => undo !== null || visit === place.value.visit),
);

/** Shows a short note; with `undo`, its button takes the action back. */
export function showToast(text: string, parts: { kind?: Toast['kind']; undo?: () => void } = {}): void {
  lastId += 1;
  const toast: Toast = {
    id: lastId,
    text,
    kind: parts.kind ?? 'done',
    undo: parts.undo ?? null,
    visit: place.value.visit,
  };
  toasts.value = [...visibleToasts.value, toast].slice(-MAX_SHOWN);
  setTimeout(() => dismissToast(toast.id), LIFETIME_MS);
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
