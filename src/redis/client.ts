import { Redis } from '@upstash/redis/cloudflare';
import { callHeaders, type CallScope } from '../resilience/call-scope.ts';

/** One Redis database behind its REST gateway. */
export interface Endpoint {
  url: string;
  token: string;
}

/**
 * A client for one call. No retries: the caller falls back. No auto-pipelining: it keeps reads and writes apart, and
 * holds promises of several requests together, which Workers forbid. Answers stay as Redis gave them: everything that is
 * kept there is text.
 */
export function createClient({ url, token }: Endpoint, scope: CallScope, signal: AbortSignal): Redis {
  const redis = new Redis({
    url,
    token,
    // As a function it makes an aborted call reject; as a value it would resolve with a text of the client's own.
    signal: () => signal,
    retry: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    automaticDeserialization: false,
    responseEncoding: false,
  });
  redis.use(
    async (request, next) =>
      await next({ ...request, headers: { ...request.headers, ...callHeaders(scope) } }),
  );
  return redis;
}
