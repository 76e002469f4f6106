import { isFiltered } from '../gallery/filter.ts';
import type { GalleryStore } from './gallery-store.ts';
import { currentProject } from './project.ts';

interface ListTotal {
  count: number;
  /** Whether there may be more: `count` is then what is loaded. */
  isAtLeast: boolean;
}

/** How many images a list has, as far as that is known: before its end is read only of the whole project. */
export function listTotal({ images, nextCursor, isLoaded, filter }: GalleryStore): ListTotal {
  const loaded = images.value.length;
  if (isLoaded.value && nextCursor.value === null) return { count: loaded, isAtLeast: false };
  const ofProject = isFiltered(filter) ? undefined : currentProject.value?.project?.imageCount;
  if (ofProject === undefined) return { count: loaded, isAtLeast: true };
  return { count: Math.max(ofProject, loaded), isAtLeast: false };
}

/** The same, or null where only a part is known. */
export function knownTotal(store: GalleryStore): number | null {
  const { count, isAtLeast } = listTotal(store);
  return isAtLeast ? null : count;
}
