import { HTTPException } from 'hono/http-exception';
import type { Context } from 'hono';
import type { AppEnv } from './context.ts';
import { MAX_IMAGE_BYTES } from './crawl/fetch-image.ts';
import { configOf } from './env.ts';
import { AppError } from './errors/app-error.ts';
import { toProblemResponse } from './errors/problem.ts';
import { accessLog } from './middleware/access-log.ts';
import { authenticate } from './middleware/authenticate.ts';
import { idempotencyKey } from './middleware/idempotency-key.ts';
import { imageBody } from './middleware/image-body.ts';
import { jsonBody, MAX_BODY_BYTES, MAX_JOB_BODY_BYTES } from './middleware/json-body.ts';
import { knownHost } from './middleware/known-host.ts';
import { largeList } from './middleware/large-list.ts';
import { limitAttempts } from './middleware/limit-attempts.ts';
import { notFound } from './middleware/not-found.ts';
import { operator } from './middleware/operator.ts';
import { requestContext } from './middleware/request-context.ts';
import { requestId } from './middleware/request-id.ts';
import { requireConfig } from './middleware/require-config.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { signedIn } from './middleware/signed-in.ts';
import { createReporter } from './observability/reporter.ts';
import { type App, createApp } from './routes/app.ts';
import { drainRoutes } from './routes/admin/drain.ts';
import { authRoutes } from './routes/auth/index.ts';
import { attemptedEmail } from './routes/auth/schema.ts';
import { binRoutes } from './routes/bin/index.ts';
import { tokenRoutes } from './routes/auth/token.ts';
import { consoleConfigRoute } from './routes/console/index.ts';
import { serveConsole } from './routes/console/pages.ts';
import { exportRoutes } from './routes/export/index.ts';
import { livenessRoute, readinessRoute } from './routes/health/index.ts';
import { imageRoutes } from './routes/image/index.ts';
import { invitationRoutes } from './routes/invitation/index.ts';
import { jobRoutes } from './routes/job/index.ts';
import { jwksRoute } from './routes/jwks.ts';
import { mediaRoutes, publicMediaRoutes } from './routes/media/index.ts';
import { memberRoutes } from './routes/member/index.ts';
import { openapiRoute } from './routes/openapi.ts';
import { profileRoutes } from './routes/profile/index.ts';
import { projectRoutes } from './routes/project/index.ts';
import { reviewRoutes } from './routes/review/index.ts';
import { roomSocketRoute, roomTicketRoute } from './routes/room/index.ts';
import { sessionRoutes } from './routes/session/index.ts';

/** Routes that take lists of addresses, which are read once it is known who sends them, a few at a time. */
const LIST_ROUTES = ['/v1/projects/:projectId/jobs', '/v1/jobs/:jobId/urls'];
const isList = (path: string) => /^\/v1\/(projects\/[^/]+\/jobs|jobs\/[^/]+\/urls)$/.test(path);

/** Where somebody may try out passwords, or secrets that open something. */
const PASSWORD_ATTEMPTS = ['/v1/auth/sign-in', '/v1/auth/token'];
const ATTEMPTS = [
  '/v1/auth/sign-up',
  '/v1/auth/sign-in-link',
  '/v1/auth/token/refresh',
  '/v1/profile/password',
  '/v1/invitations/look',
  '/v1/invitations/accept',
];

/** The HTTP side of Darkroom: middleware in the order of a request's way, then the routes. */
export function buildApp(): App {
  const app = createApp();
  app.use(requestId(), accessLog(), securityHeaders());
  livenessRoute(app);
  app.use(requireConfig(), knownHost(), sameOrigin());
  app.on('POST', '/v1/projects/:projectId/images', imageBody(MAX_IMAGE_BYTES));
  app.use(jsonBody(MAX_BODY_BYTES, isList), requestContext(), idempotencyKey(isList));
  mediaRoutes(app);
  readinessRoute(app);
  consoleConfigRoute(app);
  openapiRoute(app);
  jwksRoute(app);
  publicMediaRoutes(app);
  roomSocketRoute(app);
  app.on('POST', ATTEMPTS, limitAttempts());
  app.on('POST', PASSWORD_ATTEMPTS, limitAttempts({ emailOf: attemptedEmail }));
  app.use('/v1/admin/*', operator());
  app.use('/v1/*', authenticate());
  for (const path of LIST_ROUTES)
    app.use(path, signedIn(), largeList(), jsonBody(MAX_JOB_BODY_BYTES), idempotencyKey());
  authRoutes(app);
  tokenRoutes(app);
  profileRoutes(app);
  sessionRoutes(app);
  projectRoutes(app);
  memberRoutes(app);
  invitationRoutes(app);
  jobRoutes(app);
  imageRoutes(app);
  reviewRoutes(app);
  binRoutes(app);
  roomTicketRoute(app);
  exportRoutes(app);
  drainRoutes(app);

  const refuse = notFound(app);
  app.notFound(async (c) => (await serveConsole(c)) ?? refuse(c));
  app.onError(handleError);
  return app;
}

/** Every error ends here: known ones become their problem, unknown ones `internal`, and are reported. */
function handleError(error: Error, c: Context<AppEnv>): Response {
  const requestId = c.get('requestId');
  const known = toKnownError(error);
  const log = c.get('log');
  log['code'] = known.code;
  if (known.cause instanceof Error) log['cause'] = `${known.cause.name}: ${known.cause.message}`;
  if (known.code === 'internal') {
    const result = configOf(c.env);
    const reporter = createReporter(result.ok ? result.config : { ENVIRONMENT: result.environment });
    reporter.report(known.cause ?? error, { requestId, route: c.req.path });
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
