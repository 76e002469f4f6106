import {
  type Bookmark,
  formatBookmark,
  isLater,
  laterBookmark,
  parseBookmark,
} from '../../../src/lib/bookmark.ts';
import { ProblemError, readProblem, unreachableProblem, unreadableProblem } from './problem.ts';
import type { Guard } from './shape.ts';

/** A write waits longer than a read: creating an import of 10,000 addresses is one request. */
const READ_DEADLINE_MS = 10_000;
const WRITE_DEADLINE_MS = 30_000;
const RETRY_DELAY_MS = 600;
const ATTEMPTS = 2;

/** The part of fetch's options that the client sets. */
interface RequestParts {
  method: string;
  headers: Record<string, string>;
  credentials: 'same-origin';
  body?: string;
}

interface ClientParts {
  fetch: (url: string, init: RequestParts & { signal: AbortSignal }) => Promise<Response>;
  wait: (ms: number) => Promise<void>;
  newKey: () => string;
  /** Called on 401 `unauthenticated`, before the error is thrown. */
  onUnauthenticated: () => void;
}

interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** The Idempotency-Key of a write that may be sent again later; else one of its own. */
  key?: string;
  signal?: AbortSignal;
}

interface Client {
  /** Sends and returns the checked JSON body. Throws ProblemError, or AbortError when `signal` fired. */
  read: <T>(path: string, guard: Guard<T>, call?: Call) => Promise<T>;
  /** Sends where the reply has no body. Throws as `read` does. */
  send: (path: string, call: Call) => Promise<void>;
  /** Takes a bookmark that came another way: nothing older is read from then on. What is none is left aside. */
  see: (bookmark: string) => void;
}

/** The one way from the console to the service. Same origin only: the session is a cookie. */
export function createClient(parts: ClientParts): Client {
  /** The latest of all replies and events, in whichever order they came. */
  let known: Bookmark | null = null;
  const see = (bookmark: string) => {
    known = laterBookmark(known, parseBookmark(bookmark));
  };
  /** A reply names less than its request only where there is no more: the database is another one, or was set back. */
  const seeReply = (bookmark: string, asked: Bookmark | null) => {
    const told = parseBookmark(bookmark);
    const isCorrected = told && asked && known && isLater(asked, told) && !isLater(asked, known);
    known = isCorrected ? told : laterBookmark(known, told);
  };

  async function attempt(
    path: string,
    init: RequestParts,
    signal: AbortSignal | undefined,
    deadline: number,
  ) {
    const timeout = AbortSignal.timeout(deadline);
    const combined = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      const response = await parts.fetch(path, { ...init, signal: combined });
      seeReply(
        response.headers.get('darkroom-bookmark') ?? '',
        parseBookmark(init.headers['darkroom-bookmark'] ?? ''),
      );
      // The body is read here, because the deadline covers it too.
      return { response, text: await response.text() };
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ProblemError(unreachableProblem(), { cause });
    }
  }

  async function sendOnce(path: string, init: RequestParts, call: Call, deadline: number) {
    const { response, text } = await attempt(path, init, call.signal, deadline);
    if (response.ok) return { text, requestId: response.headers.get('x-request-id') };
    const problem = readProblem(parseJson(text), response.status, response.headers.get('x-request-id'));
    if (problem.code === 'unauthenticated') parts.onUnauthenticated();
    throw new ProblemError(problem);
  }

  async function request(path: string, call: Call) {
    const method = call.method ?? 'GET';
    const headers: Record<string, string> = { accept: 'application/json' };
    // One key for all attempts: a repeated write must find the first one's reply, not act twice.
    if (method !== 'GET') headers['idempotency-key'] = call.key ?? parts.newKey();
    if (known) headers['darkroom-bookmark'] = formatBookmark(known);
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const init: RequestParts = { method, headers, credentials: 'same-origin' };
    if (call.body !== undefined) init.body = JSON.stringify(call.body);
    const deadline = method === 'GET' ? READ_DEADLINE_MS : WRITE_DEADLINE_MS;

    for (let tried = 1; ; tried += 1) {
      try {
        return await sendOnce(path, init, call, deadline);
      } catch (error) {
        const isWorthRetry = error instanceof ProblemError && isRetryable(error);
        if (tried >= ATTEMPTS || !isWorthRetry) throw error;
        await parts.wait(RETRY_DELAY_MS);
      }
    }
  }

  return {
    see,
    async read(path, guard, call = {}) {
      const { text, requestId } = await request(path, call);
      const value = parseJson(text);
      if (!guard(value)) throw new ProblemError(unreadableProblem(requestId));
      return value;
    },
    async send(path, call) {
      await request(path, call);
    },
  };
}

function isRetryable(error: ProblemError): boolean {
  const { code, retryable } = error.problem;
  // A limit asks for patience that a user would take for a hang, so it is shown at once.
  return retryable && code !== 'rate_limited';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
