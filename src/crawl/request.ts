import { AppError } from '../errors/app-error.ts';
import { createStopwatch, type Stopwatch } from '../lib/stopwatch.ts';
import { readRetryAfter } from '../lib/retry-after.ts';
import { readXRobotsTag } from './robots/x-robots-tag.ts';

export const MAX_REDIRECTS = 4;
/** From the first request to the last byte, without the time in which the other side has nothing to do. */
export const FETCH_DEADLINE_MS = 15_000;

/** Error 1016 of https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/. */
const EDGE_DNS_STATUS = 530;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Statuses that say nothing about the image but about the moment (RFC 9110 section 15, RFC 6585 section 4). */
const PASSING_STATUSES = new Set([408, 425, 429]);
/** Statuses by which a host says that it is asked too much. */
const OVERLOAD_STATUSES = new Set([429, 503]);

export type FetchFailure =
  | { status: 'blocked'; reason: 'private_address' | 'policy' | 'robots' | 'noai' }
  | { status: 'rejected'; reason: 'too_large' | 'not_image' }
  | { status: 'failed'; reason: 'dns' | 'timeout' | 'tls' | 'http_4xx' | 'http_5xx' | 'reset' | 'redirects' };

/** Why there is no answer to work with. */
export type Unfetched =
  /** `passes`: another try may go better. `notBefore` (ms since 1970) is the server's own word on when. */
  | { kind: 'failed'; failure: FetchFailure; detail: string; passes: boolean; notBefore?: number }
  /** The host may not be asked before `until` (ms since 1970). Nothing was wrong. */
  | { kind: 'wait'; until: number }
  /** The caller's signal ended it. */
  | { kind: 'stopped' };

/** How requests are made. */
export interface Way {
  userAgent: string;
  /**
   * Sends a request when its host may be asked and there is a connection, which it has until the head of the answer
   * is there: bodies wait for nobody. `hop` 0 is the URL itself. Throws a FetchStop for one that is not to be sent.
   */
  start<T>(url: URL, hop: number, send: () => Promise<T>): Promise<T>;
  /** A host asked for a pause until `untilMs`, ms since 1970. */
  backOff(origin: string, untilMs: number): Promise<void>;
  /** Seconds before a repetition; so long a host is left alone, too, that has enough and does not say for how long. */
  retrySeconds: number;
  /** Ends the download at once. */
  signal: AbortSignal;
  now(): number;
}

/** Says who fetches, and where to find those who run this instance. */
export function userAgentOf(publicUrl: string): string {
  return `DarkroomBot/0.1 (+${publicUrl}; image dataset collection)`;
}

/** Carries an outcome out of a download. */
export class FetchStop extends Error {
  readonly outcome: Unfetched;
  constructor(outcome: Unfetched) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

export function refuse(failure: FetchFailure, detail: string, passes = false, notBefore?: number): FetchStop {
  return new FetchStop({
    kind: 'failed',
    failure,
    detail,
    passes,
    ...(notBefore === undefined ? {} : { notBefore }),
  });
}

export interface Answer {
  /** Of status 200, with a body that nobody has read. */
  response: Response;
  body: ReadableStream<Uint8Array>;
  finalUrl: string;
  redirects: string[];
  /** Waits for something of ours, which does not count against the deadline. */
  untimed<T>(wait: () => Promise<T>): Promise<T>;
}

/**
 * Asks for a URL and follows redirects, each admitted by itself, and judges the status and the robots tag of the last
 * answer. `work` gets it and is bounded by the same deadline, which counts only the time in which the other side is to
 * act. What that does is an outcome, never an error; an AppError of `work` is thrown on.
 */
export async function request<T extends { kind: string }>(
  address: string,
  accept: string,
  way: Way,
  work: (answer: Answer) => Promise<T>,
  deadlineMs = FETCH_DEADLINE_MS,
): Promise<T | Unfetched> {
  const deadline = new AbortController();
  let isLate = false;
  const watch = createStopwatch(deadlineMs, way, () => ((isLate = true), deadline.abort()));
  try {
    const signal = AbortSignal.any([deadline.signal, way.signal]);
    return await work(await follow(address, accept, way, signal, watch));
  } catch (error) {
    if (error instanceof FetchStop) return error.outcome;
    // A fault of ours.
    if (error instanceof AppError) throw error;
    if (way.signal.aborted) return { kind: 'stopped' };
    return { kind: 'failed', ...classifyNetworkError(error, isLate) };
  } finally {
    watch.pause();
  }
}

async function follow(
  address: string,
  accept: string,
  way: Way,
  signal: AbortSignal,
  watch: Stopwatch,
): Promise<Answer> {
  const untimed: Answer['untimed'] = async (wait) => {
    watch.pause();
    try {
      return await wait();
    } finally {
      watch.run();
    }
  };
  const redirects: string[] = [];
  for (let url = new URL(address); ;) {
    const { href } = url;
    const hop = redirects.length;
    // Waiting for a connection or a turn is no fault of the host.
    watch.pause();
    const response = await way.start(new URL(href), hop, async () => {
      watch.run();
      return await fetch(href, {
        redirect: 'manual',
        signal,
        headers: { 'user-agent': way.userAgent, accept },
      });
    });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) {
      const refusal = judgeHead(response, way.now());
      if (refusal === null && response.body !== null)
        return { response, body: response.body, finalUrl: href, redirects, untimed };
      await response.body?.cancel();
      const notBefore = refusal?.outcome.kind === 'failed' ? refusal.outcome.notBefore : undefined;
      // What one URL was told holds for the whole host that said it.
      if (notBefore !== undefined) await way.backOff(url.origin, notBefore);
      else if (OVERLOAD_STATUSES.has(response.status))
        await way.backOff(url.origin, way.now() + way.retrySeconds * 1_000);
      throw refusal ?? refuse({ status: 'rejected', reason: 'not_image' }, 'no bytes');
    }
    await response.body?.cancel();
    if (redirects.length >= MAX_REDIRECTS || !URL.canParse(location, url.href)) {
      throw refuse(
        { status: 'failed', reason: 'redirects' },
        `more than ${MAX_REDIRECTS} redirects, or one to nowhere`,
      );
    }
    redirects.push(href);
    url = new URL(location, url);
    url.hash = '';
  }
}

/** Why an answer is refused before its body is read; null when it is not. */
function judgeHead(response: Response, now: number): FetchStop | null {
  const { status, headers } = response;
  const said = `the server answered ${status}`;
  if (status === EDGE_DNS_STATUS)
    return refuse({ status: 'failed', reason: 'dns' }, 'the host was not found');
  if (status >= 500 || PASSING_STATUSES.has(status)) {
    const notBefore = readRetryAfter(headers.get('retry-after'), now);
    const reason = status >= 500 ? 'http_5xx' : 'http_4xx';
    return refuse({ status: 'failed', reason }, said, true, notBefore ?? undefined);
  }
  if (status >= 400) return refuse({ status: 'failed', reason: 'http_4xx' }, said);
  if (status !== 200) return refuse({ status: 'rejected', reason: 'not_image' }, said);
  const tag = headers.get('x-robots-tag');
  const { noai, noimageai, noindex } = readXRobotsTag(tag);
  if (noai || noimageai || noindex) {
    return refuse({ status: 'blocked', reason: 'noai' }, `X-Robots-Tag: ${tag}`.slice(0, 200));
  }
  return null;
}

/** workerd tells the kinds of failure apart only by the words of its messages. */
export function classifyNetworkError(
  error: unknown,
  isLate: boolean,
): { failure: FetchFailure; detail: string; passes: boolean } {
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  const failed = (
    reason: Extract<FetchFailure, { status: 'failed' }>['reason'],
    detail: string,
    passes: boolean,
  ) => ({ failure: { status: 'failed', reason } as const, detail, passes });
  if (isLate || /timed? ?out|abort/i.test(text))
    return failed('timeout', `no complete answer within ${FETCH_DEADLINE_MS / 1000} s`, true);
  // workerd calls a failed look-up an internal error; Cloudflare's edge answers with 530 instead.
  if (/dns|lookup|internal error/i.test(text)) return failed('dns', 'the host was not found', false);
  if (/tls|ssl|certificate/i.test(text)) return failed('tls', 'no trusted secure connection', false);
  return failed('reset', 'the connection was refused or broken off', true);
}
