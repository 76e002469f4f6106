import type { Redis } from '@upstash/redis/cloudflare';
import * as z from 'zod';
import { PLANS } from '../rate-limit/plans.ts';
import { ACCESS_TOKEN_SECONDS } from '../keys/access-token.ts';
import { cacheKey, NAMESPACES } from './namespaces.ts';

export const sessionRecord = z.object({
  id: z.string(),
  userId: z.string(),
  /** RFC 3339. */
  expiresAt: z.string(),
  lastSeenAt: z.string(),
  plan: z.enum(PLANS),
});
export type SessionRecord = z.infer<typeof sessionRecord>;

export interface SessionCache {
  /** The cached session, or null when there is none or Redis does not answer. */
  get(tokenHash: string): Promise<SessionRecord | null>;
  /** Best effort: an entry that could not be written costs the next request a database look-up. */
  put(tokenHash: string, session: SessionRecord): Promise<void>;
  /** Whether a session was ended, by the name that `drop` was given; null when Redis does not answer. */
  isRevoked(name: string): Promise<boolean | null>;
  /** Throws when Redis does not answer: a revoked session must not be forgotten, so the caller repeats it. */
  drop(names: string[]): Promise<void>;
  /** Throws when Redis does not answer. */
  ping(): Promise<void>;
}

/**
 * A revoked session's mark outlives every copy of the session that a slow request may still write, and every access
 * token that the session has given.
 */
const REVOKED = 'revoked';
const REVOKED_SECONDS = ACCESS_TOKEN_SECONDS + 60;

/** 1 Redis command each. get and put fail open, drop fails closed. */
export function createSessionCache(redis: Redis): SessionCache {
  const { ttlSeconds } = NAMESPACES.session;
  return {
    async get(tokenHash) {
      try {
        const value: unknown = await redis.get(cacheKey('session', tokenHash));
        const parsed = sessionRecord.safeParse(value);
        return parsed.success ? parsed.data : null;
      } catch {
        return null;
      }
    },
    async put(tokenHash, session) {
      try {
        await redis.set(cacheKey('session', tokenHash), session, { ex: ttlSeconds, nx: true });
      } catch {
        return;
      }
    },
    async isRevoked(name) {
      try {
        return (await redis.get(cacheKey('session', name))) === REVOKED;
      } catch {
        return null;
      }
    },
    async drop(names) {
      if (names.length === 0) return;
      const pipeline = redis.pipeline();
      for (const name of names) pipeline.set(cacheKey('session', name), REVOKED, { ex: REVOKED_SECONDS });
      // An aborted call resolves with a text of the client's own instead of throwing.
      const answers = await pipeline.exec();
      if (!answers.every((answer) => answer === 'OK')) throw new Error('Redis did not take the revocation');
    },
    async ping() {
      if ((await redis.ping()) !== 'PONG') throw new Error('Redis did not answer');
    },
  };
}
