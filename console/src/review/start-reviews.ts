import { effect } from '@preact/signals';
import { session } from '../state/session.ts';
import { closeReviews, openReviews, pendingDecisions, sendNow } from './review-store.ts';

/** Ties the decisions to who is signed in, to the network, and to leaving the page. */
export function startReviews(): void {
  effect(() => {
    const state = session.value;
    if (state.status === 'signedIn') openReviews(state.user);
    else if (state.status === 'signedOut') closeReviews();
  });
  window.addEventListener('online', sendNow);
  window.addEventListener('beforeunload', (event) => {
    if (pendingDecisions.value > 0) event.preventDefault();
  });
}
