import type { AppError, FieldError } from './app-error.ts';
import { ERROR_CODES } from './codes.ts';

/** RFC 9457 problem details, as every reply of 400 or more carries them. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  instance: string;
  requestId: string;
  retryable: boolean;
  errors?: FieldError[];
  state?: string;
  current?: object;
}

/** The one place where an error becomes HTTP. `instance` is the path, without the query: it may hold a signature. */
export function toProblemResponse(error: AppError, instance: string, requestId: string): Response {
  const { status, title, retryable } = ERROR_CODES[error.code];
  const { errors, state, current, retryAfter, headers } = error.options;
  const problem: Problem = {
    type: `urn:darkroom:error:${error.code}`,
    title,
    status,
    code: error.code,
    ...(error.message && { detail: error.message }),
    instance,
    requestId,
    retryable,
    ...(errors && { errors }),
    ...(state && { state }),
    ...(current && { current }),
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      ...headers,
    },
  });
}
