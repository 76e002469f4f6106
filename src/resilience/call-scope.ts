import { childTraceparent, openTrace, type Trace } from './trace.ts';

/** On whose behalf calls go out: one request, one batch of a queue, one run of cron, one Durable Object. */
export interface CallScope {
  requestId: string;
  trace: Trace;
  /** Ends the calls that are made for a caller who has gone, or whose time is up; null where there is none. */
  signal: AbortSignal | null;
  /** The pattern of the route, or the name of what runs: for the logs. */
  route(): string;
}

/** For work that no request asked for. `requestId`: of the request that began it, if one did. */
export function openScope(name: string, requestId: string = crypto.randomUUID()): CallScope {
  return { requestId, trace: openTrace(), signal: null, route: () => name };
}

/** What every outgoing call to a service of ours carries: each is a span of its own. */
export function callHeaders(scope: Pick<CallScope, 'requestId' | 'trace'>): Record<string, string> {
  return { 'x-request-id': scope.requestId, traceparent: childTraceparent(scope.trace) };
}
