import type { ErrorCode } from './codes.ts';

export interface FieldError {
  /** Where in the request: `body.urls.3`, `query.cursor`, `header.idempotency-key`. */
  path: string;
  message: string;
}

interface AppErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  /** The current state, for illegal_state. */
  state?: string;
  /** What it is now, for stale_revision, and how every part does, for a readiness that refuses. */
  current?: object;
  /** Seconds. */
  retryAfter?: number;
  /** Sent as it is, for example `Allow` with 405. */
  headers?: Record<string, string>;
}

/** An error that may be shown: `message` becomes the problem's detail, `cause` stays in the logs. */
export class AppError extends Error {
  override name = 'AppError';
  readonly code: ErrorCode;
  readonly options: AppErrorOptions;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.options = options;
  }
}

export function invalidField(path: string, message: string): AppError {
  return new AppError('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });
}
