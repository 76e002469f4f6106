import { Button, ButtonLink } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { KeyCap, commandKeyName } from '../components/key-cap.tsx';
import { Tooltip } from '../components/tooltip.tsx';
import { LiveNotice } from '../live/live-notice.tsx';
import { TeamButton } from '../live/team-button.tsx';
import { filterSearch, readFilter } from '../gallery/filter.ts';
import { pathTo, projectIdOf } from '../routing/match.ts';
import type { Route } from '../routing/match.ts';
import { place, route } from '../routing/navigation.ts';
import { galleryOf } from '../state/gallery-store.ts';
import { canEditProject, currentProject } from '../state/project.ts';
import { pageName } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { overlay } from './overlays.ts';

interface Crumb {
  label: string;
  href: string | null;
}

function crumbsFor(current: Route, projectName: string): Crumb[] {
  const projects = { label: t.nav.projects, href: pathTo.projects() };
  if (!('projectId' in current)) {
    if (current.name === 'notFound') return [projects, { label: t.notFound.crumb, href: null }];
    if (current.name === 'join') return [{ label: t.join.title, href: null }];
    const label = current.name === 'account' ? t.nav.account : t.nav.projects;
    return [{ label, href: null }];
  }
  const { projectId } = current;
  const project = { label: projectName, href: pathTo.images(projectId) };
  // From an image back to the list it belongs to.
  const search = filterSearch(readFilter(place.value.search));
  const images = { label: t.nav.images, href: pathTo.images(projectId) + search };
  const imports = { label: t.nav.imports, href: pathTo.imports(projectId) };
  switch (current.name) {
    case 'images':
      return [projects, { ...project, href: null }];
    case 'bin':
      return [projects, project, { label: t.bin.title, href: null }];
    case 'imports':
      return [projects, project, { ...imports, href: null }];
    case 'settings':
      return [projects, project, { label: t.settings.title, href: null }];
    case 'newImport':
      return [projects, project, imports, { label: t.newImport.title, href: null }];
    case 'import':
      return [projects, project, imports, { label: pageName.value, href: null }];
    case 'image':
      return [projects, project, images, { label: pageName.value, href: null }];
  }
}

/** The import button is the primary of a screen only where no other button is. */
function isImportPrimary(current: Route): boolean {
  if (current.name === 'imports' || current.name === 'image') return true;
  if (current.name !== 'images') return false;
  return galleryOf(current.projectId, readFilter(place.value.search)).images.value.length > 0;
}

function ProjectTools({ projectId }: { projectId: string }) {
  const state = currentProject.value;
  const isOnForm = route.value.name === 'newImport';
  if (state?.problem) return null;
  return (
    <>
      <TeamButton />
      <span class="export-button">
        <Button icon="export" variant="quiet" testId="export-open" onClick={() => (overlay.value = 'export')}>
          <span class="bar-word">{t.exporting.open}</span>
        </Button>
      </span>
      {canEditProject.value && (
        <span class="import-button">
          {isOnForm ? (
            // Keeps its place, so that no other button slides under the pointer.
            <Button icon="plus" isDisabled>
              <span class="bar-word">{t.imports.new}</span>
            </Button>
          ) : (
            <ButtonLink
              href={pathTo.newImport(projectId)}
              variant={isImportPrimary(route.value) ? 'primary' : 'secondary'}
              icon="plus"
              testId="import-open"
            >
              <span class="bar-word">{t.imports.new}</span>
            </ButtonLink>
          )}
        </span>
      )}
    </>
  );
}

/** Where one is, and what can be done from anywhere. */
export function TopBar() {
  const projectId = projectIdOf(route.value);
  const { project, problem } = currentProject.value ?? { project: null, problem: null };
  const crumbs = crumbsFor(route.value, project?.name ?? (problem ? t.palette.project : '…'));
  return (
    <header class="top-bar">
      <nav class="crumbs" aria-label={t.nav.breadcrumb}>
        <ol>
          {crumbs.map(({ label, href }, index) => (
            <li key={index}>
              {href === null ? (
                <span aria-current="page">{label}</span>
              ) : (
                <a href={href}>
                  <span class="crumb-back">
                    <Icon name="chevronLeft" />
                  </span>
                  <span class="crumb-text">{label}</span>
                </a>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {projectId !== null && <LiveNotice />}
      <div class="top-bar-tools">
        <Tooltip text={t.palette.open}>
          <button
            type="button"
            class="button button-quiet palette-open"
            aria-keyshortcuts="Control+K Meta+K"
            data-testid="palette-open"
            onClick={() => (overlay.value = 'palette')}
          >
            <Icon name="search" />
            <span class="visually-hidden">{t.palette.open}</span>
            <span class="top-bar-wide" aria-hidden="true">
              <span class="key-pair">
                <KeyCap name={commandKeyName()} />
                <KeyCap name="K" />
              </span>
            </span>
          </button>
        </Tooltip>
        {projectId !== null && <ProjectTools projectId={projectId} />}
      </div>
    </header>
  );
}
