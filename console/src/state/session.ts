import { signal } from '@preact/signals';
import { api, onUnauthenticated } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { User } from '../api/types.ts';
import { pathTo, safeReturnPath } from '../routing/match.ts';
import { navigate, place, route } from '../routing/navigation.ts';
import { forgetGalleries } from './gallery-store.ts';
import { dropAllDrafts } from './import-draft.ts';
import { forgetProject } from './project.ts';
import { forgetToasts } from './toasts.ts';

type SessionState =
  | { status: 'unknown' }
  | { status: 'signedOut' }
  | { status: 'signedIn'; user: User }
  | { status: 'broken'; problem: Problem };

export const session = signal<SessionState>({ status: 'unknown' });

function isPublicRoute(): boolean {
  return ['signIn', 'signUp', 'design'].includes(route.value.name);
}

function forgetEverything(): void {
  session.value = { status: 'signedOut' };
  // What one person loaded must not be shown to the next one on this machine.
  forgetGalleries();
  forgetProject();
  forgetToasts();
}

/** Sends to sign-in when any call finds the session gone, and back afterwards. */
export function startSession(): void {
  onUnauthenticated(() => {
    forgetEverything();
    if (isPublicRoute()) return;
    const here = place.value.pathname + place.value.search;
    navigate(pathTo.signIn(here === '/' ? undefined : here), { replace: true });
  });
  void loadSession();
}

/** Asks who is signed in. Anything but 401 leaves a state that the screen can explain and retry. */
export async function loadSession(): Promise<void> {
  try {
    session.value = { status: 'signedIn', user: await api.profile() };
  } catch (error) {
    const problem = problemOf(error);
    session.value =
      problem.code === 'unauthenticated' ? { status: 'signedOut' } : { status: 'broken', problem };
  }
}

/** Takes over the session that the service has just set, and goes where the person wanted to be. */
export function enter(user: User): void {
  session.value = { status: 'signedIn', user };
  navigate(safeReturnPath(new URLSearchParams(place.value.search).get('return')), { replace: true });
}

/** Updates the name shown everywhere. */
export function replaceUser(user: User): void {
  session.value = { status: 'signedIn', user };
}

export async function signOut(): Promise<void> {
  await api.signOut();
  forgetEverything();
  dropAllDrafts();
  navigate(pathTo.signIn());
}
