import { api } from '../api/endpoints.ts';
import { explainProblem } from '../api/explain-problem.ts';
import { problemOf } from '../api/problem.ts';
import type { Image } from '../api/types.ts';
import { dropImages, putBackImages } from '../state/gallery-store.ts';
import { refreshProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';
import { settledDecisions } from './review-store.ts';

async function restore(projectId: string, images: readonly Image[]): Promise<void> {
  try {
    const ids = images.map(({ id }) => id);
    const { conflicts = [] } = await api.restoreImages(projectId, ids);
    putBackImages(
      projectId,
      images.filter(({ id }) => !conflicts.includes(id)),
    );
    const count = ids.length - conflicts.length;
    if (count > 0) showToast(t.bin.restored(count), { about: ids });
    if (conflicts.length > 0) showToast(t.review.notRestored(conflicts.length), { kind: 'error' });
    await refreshProject(projectId);
  } catch (error) {
    showToast(explainProblem(problemOf(error)).title, { kind: 'error' });
  }
}

/**
 * Takes images out of sight at once and moves them to the bin; the toast brings them back. What is still to be sent
 * about them goes first: nothing can be decided about an image in the bin.
 */
export async function moveToBin(projectId: string, images: readonly Image[]): Promise<void> {
  const ids = images.map(({ id }) => id);
  dropImages(projectId, ids);
  try {
    await settledDecisions(ids);
    await api.deleteImages(projectId, ids);
    showToast(t.review.binned(ids.length), { undo: () => void restore(projectId, images), about: ids });
    await refreshProject(projectId);
  } catch (error) {
    putBackImages(projectId, images);
    showToast(`${t.review.notBinned} ${explainProblem(problemOf(error)).title}`, { kind: 'error' });
  }
}
