import { signal } from '@preact/signals';
import { explainProblem } from '../api/explain-problem.ts';
import { problemOf } from '../api/problem.ts';
import type { Image, ReviewChange } from '../api/types.ts';
import { dropImages, placeIn, putBackImages, reloadImages } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { decide, decideMatching, redo, settledDecisions, undo } from '../review/review-store.ts';
import { refreshProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';
import { moveMatchingToBin, moveToBin, restoreFromBin } from './bin-actions.ts';

/** What an action is about: images of the list by their ids, or every image that matches. */
export type Target = { ids: readonly string[] } | 'all';

/** How far the action that runs is; `total` is null while it is not known. */
export const bulkProgress = signal<{ done: number; total: number | null } | null>(null);

/** What was done to a single image, for those who do not see it change. */
export const spoken = signal('');

/** The selected images, else the one that has the focus, else null. */
export function targetOf(store: GalleryStore, focusedId: string | null): Target | null {
  const { ids, isAll } = store.selection.value;
  if (isAll) return 'all';
  if (ids.size > 0) return { ids: [...ids] };
  return focusedId === null ? null : { ids: [focusedId] };
}

let queue: Promise<void> = Promise.resolve();

/**
 * Runs actions one after another. Failures are shown, not thrown.
 */
function enqueue(total: number | null, work: (onProgress: (done: number) => void) => Promise<void>): void {
  queue = queue.then(async () => {
    // A single image is done before a bar could be read.
    const isShown = total === null || total > 1;
    if (isShown) bulkProgress.value = { done: 0, total };
    try {
      await work((done) => {
        if (isShown) bulkProgress.value = { done, total };
      });
    } catch (error) {
      const { title, what } = explainProblem(problemOf(error));
      showToast(`${title} ${what}`, { kind: 'error' });
    } finally {
      bulkProgress.value = null;
    }
  });
}

function imagesOf(store: GalleryStore, ids: readonly string[]): Image[] {
  return ids.flatMap((id) => store.images.value[placeIn(store, id)] ?? []);
}

/** Decides about images; what was decided about many says so itself, with Undo. */
export function reviewImages(store: GalleryStore, target: Target, change: ReviewChange): void {
  const { projectId, filter } = store;
  if (target === 'all') return decideMatching(projectId, filter, change);
  decide(projectId, imagesOf(store, target.ids), change);
  if (target.ids.length === 1) spoken.value = t.bulk.reviewed(change, 1);
}

/** Takes the latest decision back, or makes it again. */
export function undoReview({ projectId }: GalleryStore): void {
  if (undo(projectId) === null) spoken.value = t.bulk.nothingToUndo;
}

export function redoReview({ projectId }: GalleryStore): void {
  redo(projectId);
}

async function restore(store: GalleryStore, ids: readonly string[], images: Image[] | null): Promise<void> {
  const conflicts = new Set(await restoreFromBin(store.projectId, ids));
  if (images === null) await reloadImages(store);
  else
    putBackImages(
      store.projectId,
      images.filter(({ id }) => !conflicts.has(id)),
    );
  await refreshProject(store.projectId);
  showToast(t.bin.restored(ids.length - conflicts.size), { about: ids });
  if (conflicts.size > 0) showToast(t.bin.conflicts(conflicts.size), { kind: 'error' });
}

/** Moves images to the bin and says so, with Undo. */
export function binImages(store: GalleryStore, target: Target): void {
  const { projectId, filter } = store;
  const isAll = target === 'all';
  enqueue(isAll ? null : target.ids.length, async (onProgress) => {
    const images = isAll ? null : imagesOf(store, target.ids);
    let ids: readonly string[];
    // What is still to be sent about them goes first: nothing can be decided about an image in the bin.
    await settledDecisions(isAll ? null : target.ids);
    if (isAll) {
      ids = await moveMatchingToBin(projectId, filter, onProgress);
      await reloadImages(store);
    } else {
      ({ ids } = target);
      let done = 0;
      await moveToBin(projectId, ids, (moved) => {
        dropImages(projectId, moved);
        onProgress((done += moved.length));
      });
    }
    await refreshProject(projectId);
    const undo = () => enqueue(null, () => restore(store, ids, images));
    showToast(t.bin.moved(ids.length), { undo, about: ids });
  });
}
