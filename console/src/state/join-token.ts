import { signal } from '@preact/signals';
import { joinTokenOf, matchRoute } from '../routing/match.ts';

/** Lives as long as the tab, so that it is still there after a sign-in or a new account. */
const KEY = 'darkroom-join';

function readKept(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    // Storage that is switched off: the token then lives as long as the page.
    return null;
  }
}

function keep(token: string | null): void {
  joinToken.value = token;
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // As above.
  }
}

/** The token of the invitation that was opened last; null once it was accepted or led nowhere. */
export const joinToken = signal<string | null>(readKept());

/** Takes a token out of the address at once, so that it is in no history and no screenshot. */
function takeToken(): void {
  if (matchRoute(location.pathname).name !== 'join') return;
  const token = joinTokenOf(location.hash);
  if (token === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  keep(token);
}

/** Begins to take tokens out of `/join#TOKEN`, also when such a link is opened in a tab that is here already. */
export function startJoining(): void {
  takeToken();
  window.addEventListener('hashchange', takeToken);
}

export function forgetJoinToken(): void {
  keep(null);
}
