import { t } from '../strings.ts';
import type { Problem } from './problem.ts';

interface Explanation {
  title: string;
  why: string;
  what: string;
}

function byCode(words: Readonly<Record<string, string>>, code: string, fallback: string): string {
  return Object.hasOwn(words, code) ? (words[code] ?? fallback) : fallback;
}

/** The first three of the four parts of an error, in plain words. */
export function explainProblem(problem: Problem): Explanation {
  const words = t.error;
  if (problem.code === 'unreachable') {
    return { title: words.offlineTitle, why: words.offlineWhy, what: words.offlineWhat };
  }
  if (problem.code === 'unreadable') {
    return { title: words.shapeTitle, why: words.shapeWhy, what: words.shapeWhat };
  }
  const what = problem.retryable ? words.whatRetry : words.whatDefault;
  if (problem.code === 'unexplained') {
    return {
      title: words.unexplainedTitle,
      why: words.unexplainedWhy(problem.status),
      what: words.unexplainedWhat(problem.retryable),
    };
  }
  // The title of an unknown error is the service's own word for it and says nothing to a reader.
  const isUnknown = problem.code === 'internal';
  return {
    title: isUnknown ? words.unknownTitle : problem.title,
    why: problem.detail ?? byCode(words.whyByCode, problem.code, words.whyDefault),
    what: byCode(words.whatByCode, problem.code, what),
  };
}
