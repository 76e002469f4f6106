import { batch, computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { matchesDecision } from '../../../src/domain/image/matches-decision.ts';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Image, ImageFilter, Page } from '../api/types.ts';
import { filterSearch, isFiltered } from '../gallery/filter.ts';
import { mergeFresh, splitFresh } from '../gallery/fresh.ts';
import type { ImageState } from '../review/image-state.ts';
import { NOTHING, without } from '../gallery/selection.ts';
import type { Selection } from '../gallery/selection.ts';
import { createTurns } from './turns.ts';
import type { Turns } from './turns.ts';

interface Fresh {
  images: Image[];
  /** The newest page did not reach what is shown; taking the fresh ones starts the list over. */
  hasGap: boolean;
  nextCursor: string | null;
}

/** The images of a project that match a filter, newest first; kept while the reader moves between gallery and image. */
export interface GalleryStore {
  /** Of the project and the filter. */
  key: string;
  projectId: string;
  filter: ImageFilter;
  images: Signal<Image[]>;
  /** The place of each image in the list. */
  places: ReadonlySignal<ReadonlyMap<string, number>>;
  /** How many of the images a decision has taken out of the filter; they stay until the list is read again. */
  leftCount: ReadonlySignal<number>;
  selection: Signal<Selection>;
  nextCursor: Signal<string | null>;
  isLoaded: Signal<boolean>;
  isLoading: Signal<boolean>;
  problem: Signal<Problem | null>;
  fresh: Signal<Fresh | null>;
  /** Of looks for fresh ones: one that was overtaken knows less. */
  looks: Turns;
  /** The image looked at last; the gallery opens with it in sight. */
  lastViewedId: string | null;
  /** Changes when the list starts over: a page that was asked for before then belongs to no place in it. */
  round: number;
}

/** Enough to go back through a few filters; each may hold many thousand images. */
const MAX_STORES = 6;

/** In the order of use, the last used at the end. */
const stores = new Map<string, GalleryStore>();

function newStore(key: string, projectId: string, filter: ImageFilter): GalleryStore {
  const images = signal<Image[]>([]);
  return {
    key,
    projectId,
    filter,
    images,
    places: computed(() => new Map(images.value.map(({ id }, place) => [id, place]))),
    leftCount: computed(() => images.value.filter((image) => !matchesDecision(image, filter)).length),
    selection: signal(NOTHING),
    nextCursor: signal<string | null>(null),
    isLoaded: signal(false),
    isLoading: signal(false),
    problem: signal<Problem | null>(null),
    fresh: signal<Fresh | null>(null),
    looks: createTurns(),
    lastViewedId: null,
    round: 0,
  };
}

/** The store of a project and a filter; the least recently used one gives way to a new one. */
export function galleryOf(projectId: string, filter: ImageFilter = {}): GalleryStore {
  const key = projectId + filterSearch(filter);
  const store = stores.get(key) ?? newStore(key, projectId, filter);
  stores.delete(key);
  stores.set(key, store);
  const [oldest] = stores.keys();
  if (stores.size > MAX_STORES && oldest !== undefined) stores.delete(oldest);
  return store;
}

let overlay = (image: Image): Image => image;

/** Sets what is laid over every image that is read: open decisions are newer than any list. */
export function onImagesRead(lay: (image: Image) => Image): void {
  overlay = lay;
}

/** Shows new states of images wherever they are shown, also where they no longer match; older news is dropped. */
export function patchImages(projectId: string, states: readonly ImageState[]): void {
  const byId = new Map(states.map((state) => [state.id, state]));
  const patch = (image: Image): Image => {
    const state = byId.get(image.id);
    return state && state.revision >= image.revision ? { ...image, ...state } : image;
  };
  batch(() => {
    for (const store of galleriesOf(projectId)) {
      const fresh = store.fresh.value;
      if (fresh) store.fresh.value = { ...fresh, images: fresh.images.map(patch) };
      if (states.some(({ id }) => store.places.value.has(id)))
        store.images.value = store.images.value.map(patch);
    }
  });
}

function galleriesOf(projectId: string): GalleryStore[] {
  return [...stores.values()].filter((store) => store.projectId === projectId);
}

export function forgetGalleries(): void {
  stores.clear();
}

/** The place of an image in the list, or -1. */
export function placeIn(store: GalleryStore, imageId: string): number {
  return store.places.value.get(imageId) ?? -1;
}

/** For each page that is being read, what went to the bin since it was asked for: it may still hold that. */
const readings = new Set<Set<string>>();

/** A page of the list, the first one for null. Throws ProblemError, or AbortError when `signal` fired. */
async function readPage(
  { projectId, filter }: GalleryStore,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<Image>> {
  const gone = new Set<string>();
  readings.add(gone);
  try {
    const { data, nextCursor } = await api.images(projectId, filter, cursor, signal);
    return { data: data.filter(({ id }) => !gone.has(id)), nextCursor };
  } finally {
    readings.delete(gone);
  }
}

/** Loads the next page, or the first one. Does nothing while a page is on its way or after the last. */
export async function loadMoreImages(store: GalleryStore): Promise<void> {
  const isFirst = !store.isLoaded.value;
  if (store.isLoading.value || (!isFirst && store.nextCursor.value === null)) return;
  store.isLoading.value = true;
  store.problem.value = null;
  const { round } = store;
  try {
    const page = await readPage(store, isFirst ? null : store.nextCursor.value);
    if (store.round !== round) return;
    batch(() => {
      const added = page.data.map(overlay).filter(({ id }) => !store.places.value.has(id));
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
 * Reads the list again from its start; what is shown stays until the answer is there. The project's other lists are
 * read again when they are next shown. Throws ProblemError.
 */
export async function reloadImages(store: GalleryStore): Promise<void> {
  const page = await readPage(store, null);
  for (const { key } of galleriesOf(store.projectId)) if (key !== store.key) stores.delete(key);
  store.round += 1;
  batch(() => {
    store.images.value = page.data.map(overlay);
    store.nextCursor.value = page.nextCursor;
    store.isLoaded.value = true;
    store.fresh.value = null;
    store.selection.value = NOTHING;
  });
}

/**
 * Looks for images newer than those shown and keeps them aside, so that nothing moves under the reader's
 * eyes; into an empty gallery they go at once. Throws ProblemError.
 */
export async function checkFreshImages(store: GalleryStore, signal: AbortSignal): Promise<void> {
  const turn = store.looks.take();
  const page = await readPage(store, null, signal);
  if (signal.aborted || !store.isLoaded.value || !store.looks.accept(turn)) return;
  const { added, hasGap } = splitFresh(page.data.map(overlay), store.images.value);
  if (added.length === 0) return;
  store.fresh.value = { images: added, hasGap, nextCursor: page.nextCursor };
  if (store.images.value.length === 0) takeFresh(store);
}

/** Puts the waiting images on top. */
export function takeFresh(store: GalleryStore): void {
  const fresh = store.fresh.value;
  if (!fresh) return;
  if (fresh.hasGap) store.round += 1;
  batch(() => {
    if (fresh.hasGap) store.nextCursor.value = fresh.nextCursor;
    store.images.value = mergeFresh(fresh.images, fresh.hasGap ? [] : store.images.value);
    store.fresh.value = null;
  });
}

/** Takes images that went to the bin out of every list of their project. */
export function dropImages(projectId: string, imageIds: readonly string[]): void {
  const gone = new Set(imageIds);
  for (const reading of readings) for (const id of gone) reading.add(id);
  const keep = (images: Image[]) => images.filter(({ id }) => !gone.has(id));
  batch(() => {
    for (const store of galleriesOf(projectId)) {
      const fresh = store.fresh.value;
      if (fresh) store.fresh.value = { ...fresh, images: keep(fresh.images) };
      store.images.value = keep(store.images.value);
      store.selection.value = without(store.selection.value, gone);
    }
  });
}

/** Puts images that came back from the bin into the lists of their project that they belong to. */
export function putBackImages(projectId: string, images: readonly Image[]): void {
  for (const reading of readings) for (const { id } of images) reading.delete(id);
  batch(() => {
    for (const store of galleriesOf(projectId)) {
      const last = store.images.value.at(-1);
      // What lies behind the last one comes with a later page.
      const isDue = ({ id }: Image) => store.nextCursor.value === null || !last || id > last.id;
      const back = images
        .map(overlay)
        .filter((image) => isDue(image) && matchesDecision(image, store.filter));
      // Ids begin with the time, so their order is that of the list.
      if (store.isLoaded.value && back.length > 0)
        store.images.value = mergeFresh(back, store.images.value).sort((one, other) =>
          one.id < other.id ? 1 : -1,
        );
    }
  });
}

/** An image of a project that some list holds. */
export function findImage(projectId: string, imageId: string): Image | null {
  for (const store of galleriesOf(projectId)) {
    const image = store.images.value[placeIn(store, imageId)];
    if (image) return image;
  }
  return null;
}

/** Pages that are read again at most: what lies behind them is read when its turn comes. */
const MAX_REREAD_PAGES = 20;

/** Reads the loaded images of a project's lists again, in place: nothing moves but what is gone. Throws ProblemError. */
export async function rereadImages(projectId: string): Promise<void> {
  let pagesLeft = MAX_REREAD_PAGES;
  // The one that was used last, which is most likely in sight, first.
  for (const store of galleriesOf(projectId).reverse()) {
    if (store.isLoaded.value) pagesLeft -= await rereadStore(store, pagesLeft);
    if (pagesLeft <= 0) return;
  }
}

/** Returns how many pages it has read. */
async function rereadStore(store: GalleryStore, maxPages: number): Promise<number> {
  const { round } = store;
  const shown = store.places.value;
  const read = new Map<string, Image>();
  let cursor: string | null = null;
  let pages = 0;
  while (pages < maxPages && read.size < shown.size) {
    const page: Page<Image> = await readPage(store, cursor);
    pages += 1;
    for (const image of page.data) read.set(image.id, image);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  if (store.round !== round || pages === 0) return pages;
  const last = [...read.keys()].at(-1) ?? '';
  // What came into the list meanwhile may have come too late for the pages.
  const isGone = ({ id }: Image) => shown.has(id) && (cursor === null || id >= last);
  store.images.value = store.images.value.flatMap((image) => {
    const found = read.get(image.id);
    // Not before: what was decided while a later page was read is newer than the page. So may be what is shown, by
    // another reading that began later.
    if (found) return found.revision >= image.revision ? overlay(found) : image;
    // Of a filtered list it may as well be there still and match no longer.
    return isGone(image) && !isFiltered(store.filter) ? [] : image;
  });
  return pages;
}
