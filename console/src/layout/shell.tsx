import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing } from '../api/problem.ts';
import { CommandPalette } from '../components/command-palette.tsx';
import { TeamPanel } from '../live/team-panel.tsx';
import { useRoom } from '../live/use-room.ts';
import { KeysDialog } from '../review/keys-dialog.tsx';
import { isForPage, isHelpKey } from '../review/review-keys.ts';
import { projectIdOf } from '../routing/match.ts';
import { route } from '../routing/navigation.ts';
import { currentProject, openProject } from '../state/project.ts';
import { useResource } from '../state/use-resource.ts';
import { t } from '../strings.ts';
import { listCommands } from './commands.ts';
import { ExportSheet } from './export-sheet.tsx';
import { Nav } from './nav.tsx';
import { closeOverlay, overlay } from './overlays.ts';
import { TopBar } from './top-bar.tsx';
import './shell.css';

function Palette({ projectId }: { projectId: string | null }) {
  const projects = useResource('projects', (signal) => api.projects(null, signal));
  return (
    <CommandPalette commands={listCommands(projectId, projects.data?.data ?? [])} onClose={closeOverlay} />
  );
}

/** The frame of every signed-in screen. */
export function Shell({ children }: { children: ComponentChildren }) {
  const projectId = projectIdOf(route.value);
  const problem = currentProject.value?.problem ?? null;
  // A project that does not exist has no screens to go to.
  const shownId = isMissing(problem) ? null : projectId;

  useEffect(() => {
    if (projectId === null) currentProject.value = null;
    else void openProject(projectId);
  }, [projectId]);

  useRoom(projectId);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isHelpKey(event) && isForPage(event)) {
        event.preventDefault();
        overlay.value = 'keys';
        return;
      }
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      // A dialog that is open stays the only one.
      if (document.querySelector('dialog[open]') === null) overlay.value = 'palette';
      else if (overlay.value === 'palette') closeOverlay();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <div class="shell">
      <a class="skip-link" href="#content">
        {t.skipToContent}
      </a>
      <Nav projectId={shownId} />
      <TopBar />
      <main class="content" id="content" tabIndex={-1}>
        {children}
      </main>
      {overlay.value === 'palette' && <Palette projectId={shownId} />}
      {overlay.value === 'keys' && <KeysDialog onClose={closeOverlay} />}
      {overlay.value === 'export' && projectId !== null && (
        <ExportSheet projectId={projectId} onClose={closeOverlay} />
      )}
      {overlay.value === 'team' && projectId !== null && (
        <TeamPanel projectId={projectId} onClose={closeOverlay} />
      )}
    </div>
  );
}
