import type { Api } from '../lib/api.ts';

/** Longer than any request may take. */
const DEADLINE_MS = 60_000;
/** What Cloudflare says of whoever asks; nothing stands before workerd here. */
const ADDRESS = '203.0.113.7';

export interface Answer {
  ms: number;
  isOk: boolean;
  /** Whether Redis judged the request's limit. */
  isCounted: boolean;
  bookmark: string | null;
  body: string;
}

/** One session that asks for one thing at a time. It is told of no writes, so that its reads go to the replica. */
export interface Caller {
  read(path: string, bookmark?: string | null): Promise<Answer>;
  change(path: string, body: object): Promise<Answer>;
}

export function createCaller(url: string, { cookie }: Api): Caller {
  async function send(path: string, init: RequestInit, headers: Record<string, string>): Promise<Answer> {
    const started = performance.now();
    const response = await fetch(new URL(path, url), {
      ...init,
      headers: { ...headers, cookie, 'cf-connecting-ip': ADDRESS },
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const body = await response.text();
    return {
      ms: performance.now() - started,
      isOk: response.ok,
      isCounted: response.headers.has('ratelimit'),
      bookmark: response.headers.get('darkroom-bookmark'),
      body,
    };
  }
  return {
    read: async (path, bookmark = null) =>
      await send(path, {}, bookmark === null ? {} : { 'darkroom-bookmark': bookmark }),
    change: async (path, body) =>
      await send(
        path,
        { method: 'PATCH', body: JSON.stringify(body) },
        { 'content-type': 'application/json', origin: url },
      ),
  };
}
