import type { Principal } from './cache/principal-record.ts';
import type { CacheStatus } from './lib/cache-status.ts';
import type { Verdict } from './rate-limit/limiter.ts';
import type { Bookmark } from './lib/bookmark.ts';
import type { LogFields } from './observability/logger.ts';
import type { CacheClass } from './routes/cache-policy.ts';
import type { RequestDeadline } from './resilience/request-deadline.ts';
import type { Trace } from './resilience/trace.ts';
import type { Services } from './services.ts';

/** Who is asking. */
export type Actor =
  | { kind: 'user'; userId: string; sessionId: string }
  | { kind: 'apiKey'; userId: string; keyId: string; scopes: ApiKeyScope[] }
  /** Whoever operates the installation, by OPERATOR_TOKEN. */
  | { kind: 'service' }
  | { kind: 'anonymous' };

/** What an API key may do for its owner. */
export const API_KEY_SCOPES = ['read', 'write'] as const;
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];

/** The account on whose behalf the request is made, or null: row-level security and activity are by it. */
export function actorIdOf(actor: Actor): string | null {
  return actor.kind === 'user' || actor.kind === 'apiKey' ? actor.userId : null;
}

export interface IdempotencyKey {
  key: string;
  /** HMAC of method, path and body: tells a repeated request from another one under the same key. */
  fingerprint: string;
}

/** Everything a domain verb needs; made once a request. */
export interface RequestContext {
  requestId: string;
  actor: Actor;
  /** What is known of whoever is asking; null for a stranger. */
  principal: Principal | null;
  idempotency: IdempotencyKey | null;
  services: Services;
  /** Keeps a promise going after the reply; `name` tells which one failed in the logs. */
  waitUntil(name: string, work: Promise<unknown>): void;
  /** What the caller had seen before this request: they are shown nothing older. */
  known: Bookmark | null;
  /** What they have seen by it, where `known` may not say so much; sent as Darkroom-Bookmark. */
  bookmark: Bookmark | null;
  /** Whether they were shown something older, as nothing newer was in reach; sent as Darkroom-Freshness. */
  isStale: boolean;
  /** What our caches did, sent as Cache-Status. */
  cacheStatus: CacheStatus | null;
  /** How the request was limited, for the RateLimit headers. */
  limits: Verdict[];
}

/** Hono's types: what the middleware puts on the context. */
export interface AppEnv {
  Bindings: object;
  Variables: {
    requestId: string;
    trace: Trace;
    /** Not there for what the platform's copies ask for: whoever asked them has one. */
    deadline?: RequestDeadline;
    /** While bytes of the body are waited for: the sender is at fault when the time ends then. */
    isBodyAwaited?: boolean;
    /** Not there for what is answered before the services are wired. */
    ctx: RequestContext;
    log: LogFields;
    /** Of what is answered without a ctx. */
    cacheStatus?: CacheStatus;
    /** Of a reply that no route gives. */
    cacheClass?: CacheClass;
  };
}
