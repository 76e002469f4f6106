import { withAbort } from '../../lib/deadline.ts';
import { MAX_ROBOTS_BYTES, parseRobots, type RobotsRules } from './parse-robots.ts';
import { readStart } from './read-start.ts';

/** From the first request to the last byte, over all hops. */
const DEADLINE_MS = 10_000;
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TOO_MANY_REQUESTS = 429;

export type FetchedRobots =
  /** `maxAgeMs` is what Cache-Control says, null when it says nothing. */
  { kind: 'read'; rules: RobotsRules; maxAgeMs: number | null } | { kind: 'unreachable'; detail: string };

interface RobotsFetcher {
  userAgent: string;
  fetch: typeof fetch;
  /** Asked before every hop: why it may not be asked, or null. */
  refuse(url: URL): Promise<string | null>;
}

/**
 * Reads the robots.txt of an origin (RFC 9309 §2.3). 4xx and endless redirects mean that there is none and all
 * is allowed; 5xx, 429 and whatever breaks mean that it cannot be known. Never throws for anything the other
 * side does.
 */
export async function fetchRobots(origin: string, fetcher: RobotsFetcher): Promise<FetchedRobots> {
  let isLate = false;
  try {
    return await withAbort(DEADLINE_MS, async (signal) => {
      signal.addEventListener('abort', () => (isLate = true), { once: true });
      return await follow(new URL('/robots.txt', origin), fetcher, signal);
    });
  } catch {
    return unreachable(
      isLate
        ? `no complete answer within ${DEADLINE_MS / 1_000} s`
        : 'the connection was refused or broken off',
    );
  }
}

async function follow(start: URL, fetcher: RobotsFetcher, signal: AbortSignal): Promise<FetchedRobots> {
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const refusal = await fetcher.refuse(url);
    if (refusal !== null) return unreachable(refusal);
    const response = await fetcher.fetch(url.href, {
      redirect: 'manual',
      signal,
      headers: { 'user-agent': fetcher.userAgent, accept: 'text/plain,*/*;q=0.1' },
    });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return await readAnswer(response);
    await response.body?.cancel();
    if (!URL.canParse(location, url.href)) return unreachable('a redirect to nowhere');
    url = new URL(location, url.href);
    url.hash = '';
  }
  return allAllowed(null);
}

async function readAnswer(response: Response): Promise<FetchedRobots> {
  const { status, headers } = response;
  const maxAgeMs = readMaxAge(headers.get('cache-control'));
  if (response.ok) {
    const bytes = await readStart(response.body, MAX_ROBOTS_BYTES + 1);
    return { kind: 'read', rules: parseRobots(bytes), maxAgeMs };
  }
  await response.body?.cancel();
  if (status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS) return allAllowed(maxAgeMs);
  return unreachable(`the server answered ${status}`);
}

function allAllowed(maxAgeMs: number | null): FetchedRobots {
  return { kind: 'read', rules: parseRobots(new Uint8Array()), maxAgeMs };
}

function unreachable(detail: string): FetchedRobots {
  return { kind: 'unreachable', detail };
}

/** `max-age` of RFC 9111 §5.2.2; what may not be stored counts as 0. */
function readMaxAge(header: string | null): number | null {
  if (header === null) return null;
  if (/\bno-(?:store|cache)\b/i.test(header)) return 0;
  const seconds = /\bmax-age="?(\d{1,10})/i.exec(header)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}
