import type { App } from './app.ts';

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
      'Programs take tokens from POST /v1/auth/token and send `Authorization: Bearer` instead.',
      'Every request that changes something accepts `Idempotency-Key` (1 to 200 visible ASCII characters): a',
      'repetition has no further effect and answers with the stored reply and `Idempotent-Replayed: true`; another',
      'request under the same key is 422. Keys are kept for a day.',
      'Lists are `{data, nextCursor}`; pass `nextCursor` as `cursor` for the next page.',
      'Every reply of 400 or more is `application/problem+json` (RFC 9457) with a `code` and the `requestId`.',
    ].join(' '),
  },
  servers: [{ url: '/', description: 'The instance that serves this document' }],
  security: [{ session: [] }, { program: [] }],
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
  app.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'OPERATOR_TOKEN of the installation, for /v1/admin alone.',
  });
  app.get('/openapi.json', (c) => c.json(openapiDocument(app), 200, { 'cache-control': 'no-cache' }));
}

/** What `/openapi.json` serves. */
export function openapiDocument(app: App) {
  return app.getOpenAPI31Document(DOCUMENT);
}
