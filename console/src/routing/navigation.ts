import { computed, signal } from '@preact/signals';
import { matchRoute } from './match.ts';

interface Place {
  pathname: string;
  search: string;
  /** Changes at every visit, so that a link to the current page still counts as one. */
  visit: number;
  /** Where the page was scrolled when the reader left it; null on a fresh visit. */
  scrollY: number | null;
}

let visits = 0;

function readPlace(scrollY: number | null): Place {
  visits += 1;
  return { pathname: location.pathname, search: location.search, visit: visits, scrollY };
}

export const place = signal<Place>(readPlace(null));
export const route = computed(() => matchRoute(place.value.pathname));

function savedScroll(state: unknown): number | null {
  if (typeof state !== 'object' || state === null || !('scrollY' in state)) return null;
  return typeof state.scrollY === 'number' ? state.scrollY : null;
}

/** Goes to a path of the console. `replace` leaves no entry to go back to. */
export function navigate(path: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) {
    history.replaceState(null, '', path);
  } else {
    history.replaceState({ scrollY: window.scrollY }, '');
    history.pushState(null, '', path);
  }
  place.value = readPlace(null);
}

/**
 * Puts a query into the address of the page that is shown, such as a filter. No visit: the focus and the scroll
 * stay, and there is nothing to go back to.
 */
export function replaceSearch(search: string): void {
  history.replaceState(history.state, '', place.value.pathname + search);
  place.value = { ...place.value, search };
}

/**
 * Goes to another query of the page that is shown, such as a filter, with a way back. The focus stays where it is,
 * on the control that was used.
 */
export function pushSearch(search: string): void {
  if (search === place.value.search) return;
  history.replaceState({ scrollY: window.scrollY }, '');
  history.pushState(null, '', place.value.pathname + search);
  place.value = { ...place.value, search, scrollY: null };
  window.scrollTo(0, 0);
}

function ownLinkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const target = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(target instanceof HTMLAnchorElement) || target.hasAttribute('download')) return null;
  if (target.target !== '' || target.origin !== location.origin) return null;
  return target.getAttribute('href')?.startsWith('#') ? null : target;
}

/** Turns clicks on plain links of this origin into navigation, and follows back and forward. */
export function startNavigation(): void {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', (event) => {
    const link = ownLinkOf(event);
    if (!link) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
  window.addEventListener('popstate', (event) => {
    place.value = readPlace(savedScroll(event.state));
  });
}
