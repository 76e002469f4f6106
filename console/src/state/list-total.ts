import { isFiltered } from '../gallery/filter.ts';
import type { GalleryStore } from './gallery-store.ts';
import { currentProject } from './project.ts';

interface ListTotal {
  count: number;
  /** Whether there may be more: `count` is then what is loaded. */
  isAtLeast: boolean;
}

/** How many images a list has, as far as that is known: of a list that is not read to its end only the whole project's. */
export function listTotal({ images, nextCursor, filter }: GalleryStore): ListTotal {
  const loaded = images.value.length;
  if (nextCursor.value === null) return { count: loaded, isAtLeast: false };
  const ofProject = isFiltered(filter) ? undefined : currentProject.value?.project?.imageCount;
  if (ofProject === undefined) return { count: loaded, isAtLeast: true };
  return { count: Math.max(ofProject, loaded), isAtLeast: false };
}
