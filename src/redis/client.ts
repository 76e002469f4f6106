import { Redis } from '@upstash/redis/cloudflare';

/** One Redis database behind its REST gateway. */
export interface Endpoint {
  url: string;
  token: string;
}

/**
 * A client for one request. No retries: the caller falls back. No auto-pipelining: it keeps reads and writes apart, and
 * holds promises of several requests together, which Workers forbid. Answers stay as Redis gave them: everything that is
 * kept there is text.
 */
export function createClient({ url, token }: Endpoint, signal: () => AbortSignal): Redis {
  return new Redis({
    url,
    token,
    signal,
    retry: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    automaticDeserialization: false,
    responseEncoding: false,
  });
}
