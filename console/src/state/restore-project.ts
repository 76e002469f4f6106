import { api } from '../api/endpoints.ts';
import { explainProblem } from '../api/explain-problem.ts';
import { problemOf } from '../api/problem.ts';
import type { Project } from '../api/types.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { t } from '../strings.ts';
import { showToast } from './toasts.ts';

/** Takes a project out of the bin again and goes there; a failure is told. */
export async function restoreWithToast(project: Pick<Project, 'id' | 'name'>): Promise<void> {
  try {
    await api.restoreProject(project.id);
    navigate(pathTo.images(project.id));
    showToast(t.projectBin.restored(project.name), { about: [project.id] });
  } catch (error) {
    showToast(explainProblem(problemOf(error)).title, { kind: 'error' });
  }
}
