import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import { explainProblem } from '../api/explain-problem.ts';
import type { Project } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Icon } from '../components/icon.tsx';
import { Menu } from '../components/menu.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { formatAgo } from '../format.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { restoreWithToast } from '../state/restore-project.ts';
import { showToast } from '../state/toasts.ts';
import { usePages } from '../state/use-pages.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { ProjectBin } from './project-bin.tsx';
import { CreateProjectDialog, DeleteProjectDialog, RenameProjectDialog } from './project-dialogs.tsx';
import './screens.css';

type Asked = { dialog: 'create' } | { dialog: 'rename' | 'delete'; project: Project };

function ProjectRow({ project, onAsk }: { project: Project; onAsk: (asked: Asked) => void }) {
  const { id, name, description, role, imageCount, updatedAt } = project;
  const rename = { label: t.projects.rename, onSelect: () => onAsk({ dialog: 'rename', project }) };
  const remove = {
    label: t.projects.delete,
    onSelect: () => onAsk({ dialog: 'delete', project }),
    isDanger: true,
  };
  const actions = role === 'owner' ? [rename, remove] : role === 'editor' ? [rename] : [];
  return (
    <li class="project-row" data-testid="project-row">
      <div class="project-main">
        <a class="project-name" href={pathTo.images(id)}>
          {name}
        </a>
        {description && <p class="muted project-description">{description}</p>}
      </div>
      <div class="project-meta">
        <span>{t.projects.images(imageCount)}</span>
        <span class="muted">{t.projects.updated(formatAgo(updatedAt))}</span>
      </div>
      {actions.length > 0 ? (
        <Menu label={t.nav.moreActions(name)} trigger={<Icon name="more" />} items={actions} />
      ) : (
        <span class="muted">{t.projects.role[role]}</span>
      )}
    </li>
  );
}

/** All projects of this person. */
export function ProjectsScreen() {
  useTitle(t.projects.title);
  const pages = usePages('projects', api.projects);
  const bin = usePages('bin', api.deletedProjects);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const put = (changed: Project) =>
    pages.update((items) => items.map((item) => (item.id === changed.id ? changed : item)));

  const undoRename = async (project: Project) => {
    try {
      put(await api.updateProject(project.id, { name: project.name }));
    } catch (error) {
      showToast(explainProblem(problemOf(error)).title, { kind: 'error' });
    }
  };

  const isEmpty = pages.items?.length === 0;
  return (
    <div class="page">
      <div class="page-head">
        <h1>{t.projects.title}</h1>
        {!isEmpty && (
          <Button
            variant="primary"
            icon="plus"
            testId="new-project"
            onClick={() => setAsked({ dialog: 'create' })}
          >
            {t.projects.create}
          </Button>
        )}
      </div>
      {isEmpty && (
        <EmptyState text={t.projects.empty}>
          <Button variant="primary" testId="new-project" onClick={() => setAsked({ dialog: 'create' })}>
            {t.projects.create}
          </Button>
        </EmptyState>
      )}
      {pages.items && !isEmpty && (
        <ul class="project-list">
          {pages.items.map((project) => (
            <ProjectRow key={project.id} project={project} onAsk={setAsked} />
          ))}
        </ul>
      )}
      {!pages.items && pages.isLoading && <Skeleton />}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      <LoadMore pages={pages} />
      <ProjectBin pages={bin} onRestored={pages.reload} />

      {asked?.dialog === 'create' && (
        <CreateProjectDialog onClose={close} onDone={(project) => navigate(pathTo.images(project.id))} />
      )}
      {asked?.dialog === 'rename' && (
        <RenameProjectDialog
          project={asked.project}
          onClose={close}
          onDone={(renamed) => {
            close();
            put(renamed);
            showToast(t.projects.renamed(renamed.name), { undo: () => void undoRename(asked.project) });
          }}
        />
      )}
      {asked?.dialog === 'delete' && (
        <DeleteProjectDialog
          project={asked.project}
          onClose={close}
          onDone={() => {
            close();
            pages.update((items) => items.filter(({ id }) => id !== asked.project.id));
            bin.reload();
            showToast(t.projects.deleted(asked.project.name), {
              undo: () => void restoreWithToast(asked.project),
              about: [asked.project.id],
            });
          }}
        />
      )}
    </div>
  );
}
