import { problemOf } from '../api/problem.ts';
import { explainProblem } from '../api/explain-problem.ts';
import { signOut } from './session.ts';
import { showToast } from './toasts.ts';

/** Signs out; a failure is told, because the person would otherwise believe to be signed out. */
export async function signOutWithToast(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    showToast(explainProblem(problemOf(error)).title, { kind: 'error' });
  }
}
