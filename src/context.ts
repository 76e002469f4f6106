import type { Plan } from './rate-limit/plans.ts';
import type { Verdict } from './rate-limit/limiter.ts';
import type { LogFields } from './observability/logger.ts';
import type { Services } from './services.ts';

/** Who is asking. */
export type Actor =
  | { kind: 'user'; userId: string; sessionId: string }
  | { kind: 'apiKey'; userId: string; keyId: string; scopes: ApiKeyScope[] }
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

export interface Allowance {
  plan: Plan;
  /** Requests a minute that an API key was given; null for what the plan allows. */
  ownLimit: number | null;
}

/** Everything a domain verb needs; made once a request. */
export interface RequestContext {
  requestId: string;
  actor: Actor;
  /** What the caller's account allows; null while that is not known. */
  allowance: Allowance | null;
  idempotency: IdempotencyKey | null;
  services: Services;
  /** Keeps a promise going after the reply; `name` tells which one failed in the logs. */
  waitUntil(name: string, work: Promise<unknown>): void;
  /** Where the last write can be found, sent as Darkroom-Bookmark. */
  bookmark: string | null;
  /** How the request was limited, for the RateLimit headers. */
  limits: Verdict[];
}

/** Hono's types: what the middleware puts on the context. */
export interface AppEnv {
  Bindings: object;
  Variables: { requestId: string; ctx: RequestContext; log: LogFields };
}
