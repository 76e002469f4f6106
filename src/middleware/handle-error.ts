import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { toProblemResponse } from '../errors/problem.ts';
import { logReporter } from '../observability/reporter.ts';
import { createServices } from '../services.ts';

/** Every error ends here: known ones become their problem, unknown ones `internal`, and are reported. */
export function handleError(error: Error, c: Context<AppEnv>): Response {
  const requestId = c.get('requestId');
  const known = toKnownError(error);
  const log = c.get('log');
  log['code'] = known.code;
  if (known.cause instanceof Error) log['cause'] = `${known.cause.name}: ${known.cause.message}`;
  if (known.code === 'internal') {
    const result = configOf(c.env);
    const scope = { requestId, trace: c.get('trace'), signal: null, route: () => c.req.path };
    const reporter = result.ok ? createServices(result.config, scope).reporter : logReporter;
    reporter.report(known.cause ?? error, { requestId, route: c.req.path }, (work) =>
      c.executionCtx.waitUntil(work),
    );
  }
  return toProblemResponse(known, c.req.path, requestId);
}

function toKnownError(error: Error): AppError {
  if (error instanceof AppError) return error;
  // Hono's own: a body that is not JSON.
  if (error instanceof HTTPException && error.status === 400) {
    return new AppError('invalid_request', 'The body is not valid JSON.', {
      cause: error,
      errors: [{ path: 'body', message: 'is not valid JSON' }],
    });
  }
  // And its own judgement of the content type, which is stricter than jsonBody about how it is written.
  if (error instanceof HTTPException && error.status === 415) {
    return new AppError('unsupported_media_type', 'Set Content-Type to application/json.', { cause: error });
  }
  return new AppError('internal', '', { cause: error });
}
