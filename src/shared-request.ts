import { configOf } from './env.ts';
import { isSameSecret } from './lib/same-secret.ts';

/** Carries SHARED_SECRET. */
const HEADER = 'darkroom-shared';

/**
 * A request of another device, as that device sent it: `npm start -- --share` ends TLS before the Worker, and the local
 * runtime gives every request the scheme of its own listener. Whoever knows the secret is that proxy, so the request gets
 * the origin of SHARED_URL back, and with it the cookie and the checks of https. Any other is returned as it is.
 */
export function restoreSharedOrigin(request: Request, env: object): Request {
  // Of a deployment, before anything is read.
  if (!('SHARED_SECRET' in env)) return request;
  const given = request.headers.get(HEADER);
  if (given === null) return request;
  const result = configOf(env);
  if (!result.ok || result.environment !== 'development') return request;
  const { SHARED_URL, SHARED_SECRET } = result.config;
  if (SHARED_URL === undefined || SHARED_SECRET === undefined || !isSameSecret(given, SHARED_SECRET))
    return request;
  const { pathname, search } = new URL(request.url);
  const restored = new Request(new URL(SHARED_URL).origin + pathname + search, request);
  restored.headers.delete(HEADER);
  return restored;
}
