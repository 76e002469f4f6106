import type { App } from './app.ts';
import { addSharedReplies, registerSharedReplies } from './shared-replies.ts';

const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Darkroom',
    version: '1',
    description: [
      'Collect, review and ship image datasets.',
      'Sign in with POST /v1/auth/sign-in; the session is a cookie, `__Host-darkroom_session` over https and',
      '`darkroom_session` over plain http on a laptop; where the address names a port, `_` and the port follow, as in',
      '`darkroom_session_8787`.',
      'Programs take tokens from POST /v1/auth/token, or have an API key (`dk_live_…`), and send either as',
      '`Authorization: Bearer` instead.',
      'An API key with the scope read may GET and HEAD, one with write everything else, as far as its owner may. Not for keys',
      'are /v1/admin/ and what decides who may get at what: the password, sessions and API keys, changes of the members and',
      'invitations of a project, and of whether it is public.',
      'Every request that changes something accepts `Idempotency-Key` (1 to 200 visible ASCII characters): a',
      'repetition has no further effect and answers with the stored reply and `Idempotent-Replayed: true`; another',
      'request under the same key is 422. Who has lost the role that it needed gets 403 or 404 instead. Keys are kept for a',
      'day.',
      'A reply to a change carries `Darkroom-Bookmark`; a request that sends it back is shown nothing older. A lower one than',
      'was sent takes its place: the database has not got as far as that one says. Replies with',
      '`Darkroom-Freshness: stale` may be older: nothing newer was in reach.',
      'Lists are `{data, nextCursor}`; pass `nextCursor` as `cursor` for the next page.',
      'JSON has an `ETag`: send it as `If-None-Match`, and what has not changed is 304.',
      'Requests are limited: `RateLimit-Policy` and `RateLimit` have an item for each limit, 429 has `Retry-After`.',
      'Every reply of 400 or more is `application/problem+json` (RFC 9457) with a `code` and the `requestId`.',
    ].join(' '),
  },
  servers: [{ url: '/', description: 'The instance that serves this document' }],
  security: [{ session: [] }, { program: [] }, { apiKey: [] }],
};

/** The contract in OpenAPI 3.1; docs/openapi.json is the same text, kept in step by `npm run verify`. */
export function openapiRoute(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'darkroom_session',
    description:
      'Over https the name is `__Host-darkroom_session`. A port in the address is added, as in `darkroom_session_8787`.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'program', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of POST /v1/auth/token, good for 10 minutes.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, `dk_live_…`, of POST /v1/api-keys. With the scope read it may GET and HEAD, with write everything else.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'The OPERATOR_TOKEN of the installation, for /v1/admin/ only.',
  });
  registerSharedReplies(app);
  app.get('/openapi.json', (c) => c.json(openapiDocument(app), 200));
}

/** What `/openapi.json` serves. */
export function openapiDocument(app: App) {
  return addSharedReplies(app.getOpenAPI31Document(DOCUMENT));
}
