import type { Command } from '../components/command-palette.tsx';
import type { Project } from '../api/types.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { canEditProject } from '../state/project.ts';
import { signOutWithToast } from '../state/sign-out.ts';
import { THEMES, chooseTheme } from '../state/theme.ts';
import { t } from '../strings.ts';
import { overlay } from './overlays.ts';

function goTo(id: string, label: string, path: string, kind: string = t.palette.screen): Command {
  return { id, label: t.palette.goTo(label), kind, run: () => navigate(path) };
}

/** Everything the palette can do from the current place. */
export function listCommands(projectId: string | null, projects: readonly Project[]): Command[] {
  const inProject: Command[] =
    projectId === null
      ? []
      : [
          goTo('images', t.nav.images, pathTo.images(projectId)),
          goTo('bin', t.bin.title, pathTo.bin(projectId)),
          goTo('imports', t.nav.imports, pathTo.imports(projectId)),
          ...(canEditProject.value
            ? [goTo('new-import', t.newImport.title, pathTo.newImport(projectId))]
            : []),
          goTo('settings', t.settings.title, pathTo.settings(projectId)),
          {
            id: 'export',
            label: t.exporting.open,
            kind: t.palette.command,
            run: () => (overlay.value = 'export'),
          },
          {
            id: 'team',
            label: t.team.title,
            kind: t.palette.command,
            run: () => (overlay.value = 'team'),
          },
        ];
  return [
    ...inProject,
    goTo('projects', t.nav.projects, pathTo.projects()),
    ...projects.map(({ id, name }) => goTo(id, name, pathTo.images(id), t.palette.project)),
    goTo('account', t.nav.account, pathTo.account()),
    ...THEMES.map((choice) => ({
      id: `theme-${choice}`,
      label: t.palette.theme(t.theme[choice]),
      kind: t.palette.command,
      run: () => chooseTheme(choice),
    })),
    goTo('design', t.nav.design, pathTo.design()),
    {
      id: 'keys',
      label: t.keys.title,
      kind: t.palette.command,
      run: () => (overlay.value = 'keys'),
    },
    {
      id: 'sign-out',
      label: t.signIn.signOut,
      kind: t.palette.command,
      run: () => void signOutWithToast(),
    },
  ];
}
