import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { ErrorState } from './components/error-state.tsx';
import { lazy } from './components/lazy.tsx';
import { Skeleton } from './components/skeleton.tsx';
import { Toasts } from './components/toast.tsx';
import { Shell } from './layout/shell.tsx';
import { pathTo } from './routing/match.ts';
import type { Route } from './routing/match.ts';
import { navigate, place, route } from './routing/navigation.ts';
import { AuthFrame } from './screens/auth-frame.tsx';
import { NotFoundScreen } from './screens/not-found.tsx';
import { ProjectScreen } from './screens/project.tsx';
import { SignInScreen } from './screens/sign-in.tsx';
import { SignUpScreen } from './screens/sign-up.tsx';
import { loadSession, session } from './state/session.ts';
import { useRetryOnReturn } from './state/use-retry-on-return.ts';
import { t } from './strings.ts';

// What the first page does not need comes when it is shown.
const AccountScreen = lazy(async () => (await import('./screens/account.tsx')).AccountScreen);
const DesignScreen = lazy(async () => (await import('./screens/design.tsx')).DesignScreen);
const GalleryScreen = lazy(async () => (await import('./screens/gallery.tsx')).GalleryScreen);
const BinScreen = lazy(async () => (await import('./screens/bin.tsx')).BinScreen);
const ImageScreen = lazy(async () => (await import('./screens/image.tsx')).ImageScreen);
const ImportsScreen = lazy(async () => (await import('./screens/imports.tsx')).ImportsScreen);
const JobScreen = lazy(async () => (await import('./screens/job.tsx')).JobScreen);
const JoinScreen = lazy(async () => (await import('./screens/join.tsx')).JoinScreen);
const SettingsScreen = lazy(async () => (await import('./screens/settings.tsx')).SettingsScreen);
const NewImportScreen = lazy(async () => (await import('./screens/new-import.tsx')).NewImportScreen);
const ProjectsScreen = lazy(async () => (await import('./screens/projects.tsx')).ProjectsScreen);

function SignedInScreen({ current }: { current: Route }) {
  switch (current.name) {
    case 'projects':
      return <ProjectsScreen />;
    case 'account':
      return <AccountScreen />;
    case 'join':
      return <JoinScreen />;
    case 'settings':
      return (
        <ProjectScreen>
          <SettingsScreen key={current.projectId} projectId={current.projectId} />
        </ProjectScreen>
      );
    case 'images':
      return (
        <ProjectScreen>
          <GalleryScreen key={current.projectId} projectId={current.projectId} />
        </ProjectScreen>
      );
    case 'bin':
      return (
        <ProjectScreen>
          <BinScreen key={current.projectId} projectId={current.projectId} />
        </ProjectScreen>
      );
    case 'image':
      return (
        <ProjectScreen>
          <ImageScreen projectId={current.projectId} imageId={current.imageId} />
        </ProjectScreen>
      );
    case 'imports':
      return (
        <ProjectScreen>
          <ImportsScreen projectId={current.projectId} />
        </ProjectScreen>
      );
    case 'newImport':
      return (
        <ProjectScreen>
          <NewImportScreen key={current.projectId} projectId={current.projectId} />
        </ProjectScreen>
      );
    case 'import':
      return (
        <ProjectScreen>
          <JobScreen key={current.jobId} projectId={current.projectId} jobId={current.jobId} />
        </ProjectScreen>
      );
    default:
      return <NotFoundScreen />;
  }
}

/** Sends away who is not signed in, keeping the wish for afterwards. */
function SignedInGate({ current }: { current: Route }) {
  const state = session.value;
  const isSignedOut = state.status === 'signedOut';
  useRetryOnReturn(state.status === 'broken' ? state.problem : null, () => void loadSession());
  useEffect(() => {
    if (!isSignedOut) return;
    const here = place.value.pathname + place.value.search;
    navigate(pathTo.signIn(here === '/' ? undefined : here), { replace: true });
  }, [isSignedOut]);
  if (state.status === 'signedIn') {
    return (
      <Shell>
        <ErrorBoundary resetKey={String(place.value.visit)}>
          <SignedInScreen current={current} />
        </ErrorBoundary>
      </Shell>
    );
  }
  if (state.status === 'broken') {
    return (
      <AuthFrame title={t.error.startTitle}>
        <ErrorState problem={state.problem} onRetry={() => void loadSession()} />
      </AuthFrame>
    );
  }
  return (
    <main class="content" tabIndex={-1}>
      <Skeleton />
    </main>
  );
}

function Screen({ current }: { current: Route }) {
  if (current.name === 'signIn') return <SignInScreen />;
  if (current.name === 'signUp') return <SignUpScreen />;
  if (current.name === 'design') return <DesignScreen />;
  return <SignedInGate current={current} />;
}

/** The whole console. After a navigation the page is scrolled and the focus goes to the new content. */
export function App() {
  const { visit, scrollY } = place.value;
  const firstVisit = useRef(visit);
  useLayoutEffect(() => {
    if (visit === firstVisit.current) return;
    window.scrollTo(0, scrollY ?? 0);
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }, [visit]);
  return (
    <ErrorBoundary resetKey={String(visit)}>
      <Screen current={route.value} />
      <Toasts />
    </ErrorBoundary>
  );
}
