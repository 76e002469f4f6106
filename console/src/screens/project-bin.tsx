import { api } from '../api/endpoints.ts';
import type { Project } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { formatTime } from '../format.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import type { Pages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import { goneAt } from './gone-at.ts';

interface ProjectBinProps {
  pages: Pages<Project>;
  onRestored: () => void;
}

/** Projects that were moved to the bin and can still be had back. Nothing when there are none. */
export function ProjectBin({ pages, onRestored }: ProjectBinProps) {
  const action = useAction();
  const restore = (project: Project) =>
    action.run(async () => {
      await api.restoreProject(project.id);
      pages.update((items) => items.filter(({ id }) => id !== project.id));
      showToast(t.projectBin.restored(project.name), { about: [project.id] });
      onRestored();
    });
  if (pages.problem) return <ErrorState problem={pages.problem} onRetry={pages.reload} />;
  if (!pages.items || pages.items.length === 0) return null;
  return (
    <section class="section" data-testid="project-bin">
      <div>
        <h2>{t.projectBin.title}</h2>
        <p class="muted">{t.projectBin.hint}</p>
      </div>
      <ul class="project-list">
        {pages.items.map((project) => (
          <li key={project.id} class="bin-row">
            <div>
              <p>{project.name}</p>
              <p class="muted">
                {t.projects.images(project.imageCount)}
                {project.deletedAt !== null &&
                  ` · ${t.projectBin.goneAt(formatTime(goneAt(project.deletedAt)))}`}
              </p>
            </div>
            <Button testId="project-restore" onClick={() => void restore(project)}>
              {t.projectBin.restore}
            </Button>
          </li>
        ))}
      </ul>
      {action.problem && <ErrorState problem={action.problem} />}
      <LoadMore pages={pages} />
    </section>
  );
}
