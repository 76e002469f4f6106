import type { LogFields } from './observability/logger.ts';
import type { Services } from './services.ts';

/** Who is asking. */
export type Actor =
  | { kind: 'user'; userId: string; sessionId: string }
  /** Whoever operates the installation, by OPERATOR_TOKEN. */
  | { kind: 'service' }
  | { kind: 'anonymous' };

export interface IdempotencyKey {
  key: string;
  /** HMAC of method, path and body: tells a repeated request from another one under the same key. */
  fingerprint: string;
}

/** Everything a domain verb needs; made once a request. */
export interface RequestContext {
  requestId: string;
  actor: Actor;
  idempotency: IdempotencyKey | null;
  services: Services;
  /** Keeps a promise going after the reply; `name` tells which one failed in the logs. */
  waitUntil(name: string, work: Promise<unknown>): void;
  /** Where the last write can be found, sent as Darkroom-Bookmark. */
  bookmark: string | null;
}

/** Hono's types: what the middleware puts on the context. */
export interface AppEnv {
  Bindings: object;
  Variables: { requestId: string; ctx: RequestContext; log: LogFields };
}
