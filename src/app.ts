import { MAX_IMAGE_BYTES } from './crawl/fetch-image.ts';
import { accessLog } from './middleware/access-log.ts';
import { boundedHeaders } from './middleware/bounded-headers.ts';
import { bookmark } from './middleware/bookmark.ts';
import { cacheHeaders } from './middleware/cache-headers.ts';
import { compress } from './middleware/compress.ts';
import { deadline } from './middleware/deadline.ts';
import { handleError } from './middleware/handle-error.ts';
import { idempotencyKey } from './middleware/idempotency-key.ts';
import { imageBody } from './middleware/image-body.ts';
import { jsonBody, MAX_BODY_BYTES, MAX_JOB_BODY_BYTES } from './middleware/json-body.ts';
import { knownHost } from './middleware/known-host.ts';
import { largeList } from './middleware/large-list.ts';
import { limitAttempts } from './middleware/limit-attempts.ts';
import { limitHeaders } from './middleware/limit-headers.ts';
import { gate } from './middleware/gate.ts';
import { notFound } from './middleware/not-found.ts';
import { operator } from './middleware/operator.ts';
import { requestContext } from './middleware/request-context.ts';
import { requestId } from './middleware/request-id.ts';
import { requireConfig } from './middleware/require-config.ts';
import { requireHttps } from './middleware/require-https.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { signedIn } from './middleware/signed-in.ts';
import { unreadBody } from './middleware/unread-body.ts';
import { type App, createApp } from './routes/app.ts';
import type { Area, Stage } from './routes/areas.ts';
import { livenessRoute } from './routes/health/liveness.ts';
import { attemptedEmail } from './routes/auth/schema.ts';
import { serveConsole } from './routes/console/pages.ts';

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
const ATTEMPTED: ReadonlySet<string> = new Set([...PASSWORD_ATTEMPTS, ...ATTEMPTS]);

/** The HTTP side of Darkroom with the routes of these areas: middleware in the order of a request's way, then the routes. */
export function buildApp(areas: readonly Area[]): App {
  const app = createApp();
  const register = (stage: Stage) => {
    for (const area of areas) for (const routes of area[stage] ?? []) routes(app);
  };
  app.use(requestId(), accessLog(), unreadBody(), securityHeaders(), compress(), cacheHeaders());
  livenessRoute(app);
  app.use(requireConfig(), requireHttps(), boundedHeaders(), deadline(), knownHost(), sameOrigin());
  register('forVisitors');
  app.on('POST', '/v1/projects/:projectId/images', imageBody(MAX_IMAGE_BYTES));
  app.use(
    jsonBody({ maxBytes: MAX_BODY_BYTES, within: 'bodyMs', isLater: isList }),
    requestContext(),
    bookmark(),
    limitHeaders(),
    idempotencyKey(isList),
  );
  register('beforeGate');
  app.on('POST', ATTEMPTS, limitAttempts());
  app.on('POST', PASSWORD_ATTEMPTS, limitAttempts({ emailOf: attemptedEmail }));
  app.use('/v1/admin/*', operator());
  app.use(
    '/v1/*',
    gate((path) => ATTEMPTED.has(path)),
  );
  for (const path of LIST_ROUTES)
    app.use(
      path,
      signedIn(),
      largeList(),
      jsonBody({ maxBytes: MAX_JOB_BODY_BYTES, within: 'writeMs' }),
      idempotencyKey(),
    );
  register('behindGate');

  const refuse = notFound(app);
  app.notFound(async (c) => (await serveConsole(c)) ?? refuse(c));
  app.onError(handleError);
  return app;
}
