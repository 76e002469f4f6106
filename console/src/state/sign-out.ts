import { problemOf } from '../api/problem.ts';
import { explainProblem } from '../api/explain-problem.ts';
import { settledDecisions } from '../review/review-store.ts';
import { dropKeptDecisions } from '../review/keep-decisions.ts';
import { signOut } from './session.ts';
import { showToast } from './toasts.ts';

/** What was decided last is given this long to arrive. */
const SETTLE_MS = 3_000;

/** Signs out; a failure is told, because the person would otherwise believe to be signed out. */
export async function signOutWithToast(): Promise<void> {
  try {
    const tooLong = new Promise<void>((resolve) => setTimeout(resolve, SETTLE_MS));
    await Promise.race([settledDecisions(null), tooLong]);
    await signOut();
    dropKeptDecisions(sessionStorage);
  } catch (error) {
    showToast(explainProblem(problemOf(error)).title, { kind: 'error' });
  }
}
