import { currentProject } from '../state/project.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { isFiltered } from './filter.ts';

/** How many images match in all, or null while that is not known: before the last page only of the whole project. */
export function countMatching(store: GalleryStore): number | null {
  if (!store.isLoaded.value) return null;
  if (store.nextCursor.value === null) return store.images.value.length;
  return isFiltered(store.filter) ? null : (currentProject.value?.project?.imageCount ?? null);
}
