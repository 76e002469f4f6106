import type { ComponentChildren } from 'preact';
import { isMissing } from '../api/problem.ts';
import { ErrorState } from '../components/error-state.tsx';
import { pathTo } from '../routing/match.ts';
import { currentProject, openProject } from '../state/project.ts';
import { useRetryOnReturn } from '../state/use-retry-on-return.ts';
import { t } from '../strings.ts';
import { Missing } from './not-found.tsx';
import './screens.css';

/** A screen inside a project; when the project itself cannot be had, that is said instead. */
export function ProjectScreen({ children }: { children: ComponentChildren }) {
  const state = currentProject.value;
  useRetryOnReturn(state?.problem ?? null, () => {
    if (state) void openProject(state.projectId);
  });
  if (!state?.problem) return <>{children}</>;
  if (isMissing(state.problem)) {
    const { project, unshared, action } = t.notFound;
    return <Missing title={project} body={unshared} action={action} href={pathTo.projects()} />;
  }
  return (
    <div class="page">
      <h1>{t.projects.title}</h1>
      <ErrorState problem={state.problem} onRetry={() => void openProject(state.projectId)} />
    </div>
  );
}
