import { api } from '../api/endpoints.ts';
import type { ImageFilter } from '../api/types.ts';

type OnProgress = (done: number) => void;

/** What one request takes. */
const IMAGES_A_CALL = 500;

/** A list cut into what one request takes. */
function chunksOf<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / IMAGES_A_CALL) }, (_, chunk) =>
    items.slice(chunk * IMAGES_A_CALL, (chunk + 1) * IMAGES_A_CALL),
  );
}

/** Moves images to the bin and names those of each answered request. Throws ProblemError; what went stays there. */
export async function moveToBin(
  projectId: string,
  ids: readonly string[],
  onMoved: (ids: readonly string[]) => void,
): Promise<void> {
  for (const chunk of chunksOf(ids)) {
    await api.deleteImages(projectId, chunk);
    onMoved(chunk);
  }
}

/** Moves every image that matches to the bin, page by page, and returns their ids. Throws ProblemError. */
export async function moveMatchingToBin(
  projectId: string,
  filter: ImageFilter,
  onProgress: OnProgress,
): Promise<string[]> {
  const moved: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof api.images>> = await api.images(projectId, filter, cursor);
    const ids = page.data.map(({ id }) => id);
    if (ids.length > 0) await api.deleteImages(projectId, ids);
    moved.push(...ids);
    onProgress(moved.length);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return moved;
}

/** Takes images out of the bin and returns the ids of those whose content is in the project again. Throws ProblemError. */
export async function restoreFromBin(projectId: string, ids: readonly string[]): Promise<string[]> {
  const conflicts: string[] = [];
  for (const chunk of chunksOf(ids)) {
    const reply = await api.restoreImages(projectId, chunk);
    conflicts.push(...(reply.conflicts ?? []));
  }
  return conflicts;
}
