import { ACCESS_TOKEN_SECONDS } from '../keys/access-token.ts';
import { parseBookmark, type Bookmark } from '../lib/bookmark.ts';
import type { CommandBatch } from '../redis/command-batch.ts';
import type { RedisDatabase } from '../redis/redis-database.ts';
import { addScript, defineScript } from '../redis/script.ts';
import { type PrincipalMemory, recallPrincipal } from './principal-memory.ts';
import { headOf, type Principal, type PrincipalRecord, readRecord, writeRecord } from './principal-record.ts';
import type { Tag } from './tags.ts';
import { isValid } from './validity.ts';

/**
 * found: a record that nothing has been written against since. revoked: the credential was ended. unknown: Redis has
 * nothing. silent: Redis did not answer.
 */
export type LookedUp =
  | {
      state: 'found';
      principal: Principal;
      storedAt: number;
      /** The last write to what the record says of its person; null for none lately. */
      written: Bookmark | null;
    }
  | { state: 'revoked' | 'unknown' | 'silent' };

export interface PrincipalCache {
  /** Puts the look-up of a credential by its name (a hash of its secret, or its id) into the trip. 1 command. */
  look(batch: CommandBatch, name: string): Promise<LookedUp>;
  /** Whether this isolate has seen a record under the name that Redis should still have: it is no guess. */
  isKnown(name: string): boolean;
  /** Reads a record anew, unless a request of this isolate does so already. */
  refresh(name: string, read: () => Promise<unknown>): Promise<void>;
  /** Best effort: a record that could not be written costs the next request a database look-up. */
  put(name: string, principal: Principal, readAt: Bookmark): Promise<void>;
  /** Best effort: of a record that the database does not know any more. */
  forget(name: string): Promise<void>;
  /** Rejects unless every endpoint knows: an ended credential must not be forgotten, so the caller repeats it. */
  revoke(names: readonly string[]): Promise<void>;
}

/** A record lives so long; one that is used is read anew before its end. */
const RECORD_SECONDS = 60;
/**
 * The mark of an ended credential outlives every record that a slow request may still write, and every access token that
 * a session has given.
 */
const REVOKED = 'revoked';
const REVOKED_SECONDS = ACCESS_TOKEN_SECONDS + RECORD_SECONDS;

/** In place of a record that the caller has already. */
const SAME = 'same';

/**
 * The record and the tag of its person, in one trip although the one names the other. KEYS: record. ARGV: what stands
 * before the person's id in a tag; the head of the record that the caller has, or nothing: somebody in many projects has
 * a long one.
 */
const LOOK = defineScript(`
local record = redis.call('GET', KEYS[1])
if not record then return {false, false} end
local person = string.match(record, '^([^|]+)|')
if not person then return {record, false} end
local tag = redis.call('GET', ARGV[1] .. person)
if ARGV[2] ~= '' and string.sub(record, 1, #ARGV[2]) == ARGV[2] then record = '${SAME}' end
return {record, tag}
`);

/** Never over the mark of an ended credential. KEYS: record. ARGV: text, seconds. */
const PUT = defineScript(`
if redis.call('GET', KEYS[1]) == '${REVOKED}' then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
`);

/** Whoever reads a record anew for longer is taken for dead. */
const REFRESH_LEASE_MS = 10_000;

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';

/** The record and the tag, as LOOK answers; checked by hand, for every request comes here. */
function parseLooked(answer: unknown): [text: string | null, tag: string | null] {
  if (Array.isArray(answer) && answer.length === 2) {
    const [text, tag] = answer as unknown[];
    if (isTextOrNull(text) && isTextOrNull(tag)) return [text, tag];
  }
  throw new Error('Redis did not answer with a record and a tag');
}

/** KEYS: record. The mark of an ended credential stays. */
const FORGET = defineScript(`
if redis.call('GET', KEYS[1]) == '${REVOKED}' then return 0 end
return redis.call('DEL', KEYS[1])
`);

export interface PrincipalCacheOptions {
  redis: RedisDatabase;
  prefix: string;
  now(): number;
  memory: PrincipalMemory;
  /** The last write that this isolate has told the caches of. */
  bumpedAt(tag: Tag): Bookmark | null;
}

export function createPrincipalCache(options: PrincipalCacheOptions): PrincipalCache {
  const { redis, prefix, now, memory, bumpedAt } = options;
  const keyOf = (name: string) => `${prefix}:p:${name}`;
  const openBatch = () => redis.open();

  function recall(name: string): LookedUp {
    if (memory.revoked.has(name)) return { state: 'revoked' };
    const held = recallPrincipal(memory, name, now(), bumpedAt);
    if (!held) return { state: 'silent' };
    const { epoch, xid } = held.readAt;
    return {
      state: 'found',
      principal: held.principal,
      storedAt: held.storedAt,
      written: { epoch, xid: xid - 1n },
    };
  }

  return {
    async look(batch, name) {
      try {
        const known = memory.read.get(name);
        const args = [`${prefix}:t:user:`, known ? headOf(known) : ''];
        const [text, tag] = parseLooked(await addScript(batch, openBatch, LOOK, [keyOf(name)], args));
        const record = text === SAME && known ? known : readRecord(text ?? '');
        const found = judge(record, tag);
        if (record && found) memory.read.set(name, record);
        else memory.read.delete(name);
        return found ?? { state: text === REVOKED ? 'revoked' : 'unknown' };
      } catch {
        return recall(name);
      }
    },
    isKnown(name) {
      const record = memory.read.get(name);
      return record !== undefined && now() - record.storedAt < RECORD_SECONDS * 1000;
    },
    async refresh(name, read) {
      const began = memory.refreshing.get(name);
      if (began !== undefined && now() - began < REFRESH_LEASE_MS) return;
      memory.refreshing.set(name, now());
      try {
        await read();
      } finally {
        memory.refreshing.delete(name);
      }
    },
    async put(name, principal, readAt) {
      const record = { principal, readAt, storedAt: now() };
      memory.alone.set(name, record);
      const text = writeRecord(record);
      const batch = redis.open();
      const answer = addScript(batch, openBatch, PUT, [keyOf(name)], [text, RECORD_SECONDS]);
      await batch.send();
      await answer.catch(() => undefined);
    },
    async forget(name) {
      memory.read.delete(name);
      memory.alone.delete(name);
      const batch = redis.open();
      const answer = addScript(batch, openBatch, FORGET, [keyOf(name)], []);
      await batch.send();
      await answer.catch(() => undefined);
    },
    async revoke(names) {
      for (const name of names) {
        memory.read.delete(name);
        memory.revoked.set(name, true);
      }
      if (names.length === 0) return;
      await redis.tellAll((list) => {
        for (const name of names) list.set(keyOf(name), REVOKED, { ex: REVOKED_SECONDS });
      });
    },
  };
}

/** Null for a record that was read before the last write to its person. */
function judge(record: PrincipalRecord | null, tag: string | null): LookedUp | null {
  const written = tag === null ? null : parseBookmark(tag);
  if (!record || (tag !== null && !written) || !isValid(record.readAt, [written])) return null;
  return { state: 'found', principal: record.principal, storedAt: record.storedAt, written };
}
