import { computed, signal } from '@preact/signals';
import { place } from '../routing/navigation.ts';

interface ToastAction {
  label: string;
  run: () => void;
}

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
  undo: (() => void) | null;
  /** Another way to go on than Undo. */
  action: ToastAction | null;
  /** What it can still be undone for, such as ids of images; empty when that is not said. */
  about: readonly string[];
  /** The visit it belongs to. */
  visit: number;
}

const LIFETIME_MS = 6_000;
/** More would cover the images; the oldest gives way, and one that stays only when all do. */
const MAX_SHOWN = 3;

let lastId = 0;

const toasts = signal<readonly Toast[]>([]);

/** The notes of the place one is at; one with Undo goes along to the next place. */
export const visibleToasts = computed(() =>
  toasts.value.filter(
    ({ undo, action, visit }) => undo !== null || action !== null || visit === place.value.visit,
  ),
);

function withRoomFor(toast: Toast, shown: readonly Toast[]): Toast[] {
  if (shown.length < MAX_SHOWN) return [...shown, toast];
  const goes = shown.find(({ action }) => action === null) ?? shown[0];
  return [...shown.filter((other) => other !== goes), toast];
}

interface ToastParts {
  kind?: Toast['kind'];
  undo?: () => void;
  action?: ToastAction;
  /** Ids of what was done something to. */
  about?: readonly string[];
}

/**
 * Shows a short note and returns its id; with `undo`, its button takes the action back. With `action` it offers that
 * one, and stays until the reader has chosen: the choice did not come from them. An older note goes when newer ones are
 * `about` all that it was about: what it offers to take back stands no longer.
 */
export function showToast(text: string, parts: ToastParts = {}): number {
  lastId += 1;
  const toast: Toast = {
    id: lastId,
    text,
    kind: parts.kind ?? 'done',
    undo: parts.undo ?? null,
    action: parts.action ?? null,
    about: parts.about ?? [],
    visit: place.value.visit,
  };
  toasts.value = withRoomFor(toast, withoutSettled(visibleToasts.value, toast.about));
  if (!toast.action) setTimeout(() => dismissToast(toast.id), LIFETIME_MS);
  return toast.id;
}

/** Takes every note away: what is for one person is not for the next one at this machine. */
export function forgetToasts(): void {
  toasts.value = [];
}

function withoutSettled(shown: readonly Toast[], ids: readonly string[]): Toast[] {
  const settled = new Set(ids);
  return shown.flatMap((toast) => {
    const about = toast.about.filter((id) => !settled.has(id));
    if (about.length === toast.about.length) return toast;
    return about.length === 0 ? [] : { ...toast, about };
  });
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}
