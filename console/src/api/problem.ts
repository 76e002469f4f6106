import { isNumber, isRecord, isText } from './shape.ts';

interface FieldProblem {
  path: string;
  message: string;
}

export interface Problem {
  /**
   * A code of the service's closed list, or one of the console's own: `unreachable` without an answer,
   * `unreadable` for a success of another shape, `unexplained` for an error without a code.
   */
  code: string;
  status: number;
  title: string;
  detail: string | null;
  requestId: string | null;
  retryable: boolean;
  errors: FieldProblem[];
  state: string | null;
}

/** The one error that the API client throws. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.title, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

function textOr(value: unknown, fallback: string | null): string | null {
  return isText(value) && value !== '' ? value : fallback;
}

function readFieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) =>
    isRecord(entry) && isText(entry['path']) && isText(entry['message'])
      ? [{ path: entry['path'], message: entry['message'] }]
      : [],
  );
}

/** Answers of a proxy that mean "not now". */
const PASSING_STATUSES: readonly number[] = [502, 503, 504];

/**
 * Reads an RFC 9457 body. A proxy may answer with HTML or nothing, so every field has a fallback and the
 * request id may come from the `X-Request-Id` header.
 */
export function readProblem(body: unknown, status: number, headerRequestId: string | null): Problem {
  const fields = isRecord(body) ? body : {};
  const retryable = fields['retryable'];
  return {
    code: textOr(fields['code'], null) ?? 'unexplained',
    status: isNumber(fields['status']) ? fields['status'] : status,
    title: textOr(fields['title'], null) ?? `HTTP ${status}`,
    detail: textOr(fields['detail'], null),
    requestId: textOr(fields['requestId'], headerRequestId),
    retryable: typeof retryable === 'boolean' ? retryable : PASSING_STATUSES.includes(status),
    errors: readFieldProblems(fields['errors']),
    state: textOr(fields['state'], null),
  };
}

/** A problem for a request that got no answer: network down or deadline passed. */
export function unreachableProblem(): Problem {
  return blankProblem('unreachable', true, null);
}

/** A problem for an answer that is not of the agreed shape. */
export function unreadableProblem(requestId: string | null): Problem {
  return blankProblem('unreadable', false, requestId);
}

function blankProblem(code: string, retryable: boolean, requestId: string | null): Problem {
  return { code, status: 0, title: code, detail: null, requestId, retryable, errors: [], state: null };
}

/** The problem inside anything thrown; other errors become `internal`. */
export function problemOf(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : blankProblem('internal', false, null);
}

/**
 * Whether what the address names cannot be had: unknown, deleted, not shared, or an id that can be none. No
 * further try will change that.
 */
export function isMissing(problem: Problem | null): boolean {
  if (problem?.status === 404) return true;
  const isBadPath = problem?.errors.every(({ path }) => path.startsWith('path.')) ?? false;
  return problem?.status === 400 && problem.errors.length > 0 && isBadPath;
}

/** The message for one field of a request body, or null when that field is not at fault. */
export function fieldMessage(problem: Problem | null, field: string): string | null {
  const hit = problem?.errors.find(({ path }) => path === field || path.endsWith(`.${field}`));
  return hit?.message ?? null;
}
