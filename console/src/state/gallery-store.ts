import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Image } from '../api/types.ts';
import { mergeFresh, splitFresh } from '../gallery/fresh.ts';
import type { ImageState } from '../review/image-state.ts';

interface Fresh {
  images: Image[];
  /** The newest page did not reach what is shown; taking the fresh ones starts the list over. */
  hasGap: boolean;
  nextCursor: string | null;
}

/** The images of one project, newest first; kept while the reader moves between gallery and image. */
export interface GalleryStore {
  projectId: string;
  images: Signal<Image[]>;
  nextCursor: Signal<string | null>;
  isLoaded: Signal<boolean>;
  isLoading: Signal<boolean>;
  problem: Signal<Problem | null>;
  fresh: Signal<Fresh | null>;
  /** The image looked at last; the gallery opens with it in sight. */
  lastViewedId: string | null;
}

const stores = new Map<string, GalleryStore>();

/** The store of a project; one per project while the console is open. */
export function galleryOf(projectId: string): GalleryStore {
  const known = stores.get(projectId);
  if (known) return known;
  const store: GalleryStore = {
    projectId,
    images: signal<Image[]>([]),
    nextCursor: signal<string | null>(null),
    isLoaded: signal(false),
    isLoading: signal(false),
    problem: signal<Problem | null>(null),
    fresh: signal<Fresh | null>(null),
    lastViewedId: null,
  };
  stores.set(projectId, store);
  return store;
}

let overlay = (image: Image): Image => image;

/** Sets what is laid over every image that is read: open decisions are newer than any list. */
export function onImagesRead(lay: (image: Image) => Image): void {
  overlay = lay;
}

/** Shows new states of images wherever they are shown. A state older than the one shown is left out. */
export function patchImages(projectId: string, states: readonly ImageState[]): void {
  const store = stores.get(projectId);
  if (!store) return;
  const byId = new Map(states.map((state) => [state.id, state]));
  const patch = (images: Image[]) => {
    const isShown = images.some(({ id }) => byId.has(id));
    if (!isShown) return images;
    return images.map((image) => {
      const state = byId.get(image.id);
      return state && state.revision >= image.revision ? { ...image, ...state } : image;
    });
  };
  batch(() => {
    store.images.value = patch(store.images.value);
    const fresh = store.fresh.value;
    if (fresh) store.fresh.value = { ...fresh, images: patch(fresh.images) };
  });
}

export function forgetGalleries(): void {
  stores.clear();
}

/** Loads the next page, or the first one. Does nothing while a page is on its way or after the last. */
export async function loadMoreImages(store: GalleryStore): Promise<void> {
  const isFirst = !store.isLoaded.value;
  if (store.isLoading.value || (!isFirst && store.nextCursor.value === null)) return;
  store.isLoading.value = true;
  store.problem.value = null;
  try {
    const page = await api.images(store.projectId, {}, isFirst ? null : store.nextCursor.value);
    batch(() => {
      const { added } = splitFresh(page.data.map(overlay), store.images.value);
      store.images.value = [...store.images.value, ...added];
      store.nextCursor.value = page.nextCursor;
      store.isLoaded.value = true;
    });
  } catch (error) {
    store.problem.value = problemOf(error);
  } finally {
    store.isLoading.value = false;
  }
}

/**
 * Looks for images newer than those shown and keeps them aside, so that nothing moves under the reader's
 * eyes; into an empty gallery they go at once. Throws ProblemError.
 */
export async function checkFreshImages(store: GalleryStore, signal: AbortSignal): Promise<void> {
  const page = await api.images(store.projectId, {}, null, signal);
  if (signal.aborted || !store.isLoaded.value) return;
  const { added, hasGap } = splitFresh(page.data.map(overlay), store.images.value);
  if (added.length === 0) return;
  store.fresh.value = { images: added, hasGap, nextCursor: page.nextCursor };
  if (store.images.value.length === 0) takeFresh(store);
}

/** Puts the waiting images on top. */
export function takeFresh(store: GalleryStore): void {
  const fresh = store.fresh.value;
  if (!fresh) return;
  batch(() => {
    if (fresh.hasGap) store.nextCursor.value = fresh.nextCursor;
    store.images.value = mergeFresh(fresh.images, fresh.hasGap ? [] : store.images.value);
    store.fresh.value = null;
  });
}

/** Takes a deleted image out of the list. */
export function dropImage(store: GalleryStore, imageId: string): void {
  const fresh = store.fresh.value;
  if (fresh) store.fresh.value = { ...fresh, images: fresh.images.filter(({ id }) => id !== imageId) };
  store.images.value = store.images.value.filter(({ id }) => id !== imageId);
}

/** Puts images back among the others, newest first, as the list has them. */
export function putBackImages(store: GalleryStore, images: readonly Image[]): void {
  // Ids begin with the time, so their order is that of the list.
  store.images.value = mergeFresh(images.map(overlay), store.images.value).sort((one, other) =>
    one.id < other.id ? 1 : -1,
  );
}
