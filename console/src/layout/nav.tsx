import { Icon } from '../components/icon.tsx';
import type { IconName } from '../components/icon.tsx';
import { Menu } from '../components/menu.tsx';
import { Tooltip } from '../components/tooltip.tsx';
import { pathTo } from '../routing/match.ts';
import type { Route } from '../routing/match.ts';
import { navigate, route } from '../routing/navigation.ts';
import { signOutWithToast } from '../state/sign-out.ts';
import { THEMES, chooseTheme, theme } from '../state/theme.ts';
import { t } from '../strings.ts';
import { BrandMark } from './brand-mark.tsx';

interface NavEntry {
  label: string;
  icon: IconName;
  href: string;
  routes: readonly Route['name'][];
}

function entriesFor(projectId: string | null): NavEntry[] {
  const entries: NavEntry[] = [
    { label: t.nav.projects, icon: 'projects', href: pathTo.projects(), routes: ['projects'] },
  ];
  if (projectId === null) return entries;
  return [
    ...entries,
    {
      label: t.nav.images,
      icon: 'images',
      href: pathTo.images(projectId),
      routes: ['images', 'image', 'bin'],
    },
    {
      label: t.nav.imports,
      icon: 'imports',
      href: pathTo.imports(projectId),
      routes: ['imports', 'newImport', 'import'],
    },
    {
      label: t.nav.settings,
      icon: 'settings',
      href: pathTo.settings(projectId),
      routes: ['settings'],
    },
  ];
}

function NavLink({ entry, extraClass = '' }: { entry: NavEntry; extraClass?: string }) {
  const isCurrent = entry.routes.includes(route.value.name);
  return (
    <li class={`nav-item ${extraClass}`}>
      <Tooltip text={entry.label} side="right">
        <a class="nav-link" href={entry.href} aria-current={isCurrent ? 'page' : undefined}>
          <Icon name={entry.icon} />
          <span class="nav-text">{entry.label}</span>
        </a>
      </Tooltip>
    </li>
  );
}

function AccountMenu() {
  const themes = THEMES.map((choice, index) => ({
    label: t.theme[choice],
    isChecked: theme.value === choice,
    onSelect: () => chooseTheme(choice),
    ...(index === 0 ? { heading: t.theme.label } : {}),
  }));
  return (
    <Menu
      label={t.nav.menu}
      trigger={<Icon name="account" />}
      side="right"
      testId="account-menu"
      items={[
        { label: t.nav.account, onSelect: () => navigate(pathTo.account()) },
        { label: t.signIn.signOut, onSelect: () => void signOutWithToast(), testId: 'sign-out' },
        ...themes,
      ]}
    />
  );
}

/** The rail on wide screens, the tabs at the bottom of narrow ones. */
export function Nav({ projectId }: { projectId: string | null }) {
  const account: NavEntry = {
    label: t.nav.account,
    icon: 'account',
    href: pathTo.account(),
    routes: ['account'],
  };
  return (
    <nav class="nav" aria-label={t.nav.main}>
      <a class="nav-brand" href={pathTo.projects()} aria-label={t.brand} tabIndex={-1}>
        <BrandMark />
      </a>
      <ul class="nav-list">
        {entriesFor(projectId).map((entry) => (
          <NavLink key={entry.href} entry={entry} />
        ))}
        <NavLink entry={account} extraClass="nav-narrow" />
      </ul>
      <div class="nav-end">
        <AccountMenu />
      </div>
    </nav>
  );
}
