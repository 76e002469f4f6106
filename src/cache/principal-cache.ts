import * as z from 'zod';
import { API_KEY_SCOPES } from '../context.ts';
import { ACCESS_TOKEN_SECONDS } from '../keys/access-token.ts';
import { formatBookmark, parseBookmark, type Bookmark } from '../lib/bookmark.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { CommandBatch } from '../redis/command-batch.ts';
import type { RedisDatabase } from '../redis/redis-database.ts';
import { addScript, defineScript } from '../redis/script.ts';
import type { Tag } from './tags.ts';
import { isValid } from './validity.ts';

/** Who is behind a credential, with everything that admits or limits a request. */
export const principal = z.object({
  kind: z.enum(['session', 'program', 'apiKey']),
  /** Of the session or of the key. */
  id: z.string(),
  userId: z.string(),
  /** RFC 3339; null for a key that does not end by itself. */
  expiresAt: z.string().nullable(),
  lastSeenAt: z.string().nullable(),
  plan: z.enum(['free', 'pro']),
  /** Requests a minute, for a key with a limit of its own. */
  limit: z.int().positive().nullable(),
  /** What a key may do; null for people and their programs, who may do everything that their roles allow. */
  scopes: z.array(z.enum(API_KEY_SCOPES)).nullable(),
  /** By project; null for somebody who is in more projects than a record holds. */
  roles: z.record(z.string(), z.enum(['viewer', 'reviewer', 'editor', 'owner'])).nullable(),
});
export type Principal = z.infer<typeof principal>;

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
  /** Whether this isolate saw a valid record under the name when it last looked: it is no guess. */
  isKnown(name: string): boolean;
  /** Reads a record anew, unless a request of this isolate does so already. */
  refresh(name: string, read: () => Promise<unknown>): Promise<void>;
  /** Best effort: a record that could not be written costs the next request a database look-up. */
  put(name: string, record: Principal, readAt: Bookmark): Promise<void>;
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

/** What an isolate keeps of the records that it saw last. */
export interface PrincipalMemory {
  /** By name: what records say, so that the same one is not sent and read again with every request. */
  read: Map<string, ReadRecord>;
  /** By name: what was read from the database a moment ago, for while Redis does not answer. */
  alone: Map<string, AloneRecord>;
  /** Names that this isolate has revoked: a slow request may still bring what it read before. */
  revoked: Map<string, true>;
  /** By name: when a request began to read the record anew, in milliseconds since the epoch. */
  refreshing: Map<string, number>;
}

interface AloneRecord {
  principal: Principal;
  readAt: Bookmark;
  /** Milliseconds since the epoch. */
  storedAt: number;
}

/**
 * Without Redis the database says who asks, but not with every request of the same person: it has enough to do then.
 * Values that an isolate holds count as long (ALONE_MS of the cache).
 */
const ALONE_MS = 2_000;
const MAX_REMEMBERED = 1_000;
/** Whoever reads a record anew for longer is taken for dead. */
const REFRESH_LEASE_MS = 10_000;

export function createPrincipalMemory(): PrincipalMemory {
  return {
    read: new BoundedMap(MAX_REMEMBERED),
    alone: new BoundedMap(MAX_REMEMBERED),
    revoked: new BoundedMap(MAX_REMEMBERED),
    refreshing: new BoundedMap(MAX_REMEMBERED),
  };
}

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

  /** Null for a record that is old, or older than a write that this isolate has told the caches of. */
  function recall(name: string): LookedUp | null {
    if (memory.revoked.has(name)) return { state: 'revoked' };
    const held = memory.alone.get(name);
    if (!held || now() - held.storedAt >= ALONE_MS) return null;
    const { principal: known, readAt, storedAt } = held;
    if (!isValid(readAt, [bumpedAt(`user:${known.userId}`)])) return null;
    return {
      state: 'found',
      principal: known,
      storedAt,
      written: { epoch: readAt.epoch, xid: readAt.xid - 1n },
    };
  }

  return {
    async look(batch, name) {
      try {
        const known = memory.read.get(name);
        const args = [`${prefix}:t:user:`, known?.head ?? ''];
        const [text, tag] = parseLooked(await addScript(batch, openBatch, LOOK, [keyOf(name)], args));
        const record = text === SAME && known ? known : readRecord(text ?? '');
        const found = judge(record, tag);
        if (record && found) memory.read.set(name, record);
        else memory.read.delete(name);
        return found ?? { state: text === REVOKED ? 'revoked' : 'unknown' };
      } catch {
        return recall(name) ?? { state: 'silent' };
      }
    },
    isKnown: (name) => memory.read.has(name),
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
    async put(name, record, readAt) {
      const storedAt = now();
      memory.alone.set(name, { principal: record, readAt, storedAt });
      const text = `${record.userId}|${formatBookmark(readAt)}|${storedAt}|${JSON.stringify(record)}`;
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

const RECORD = /^[^|]+\|([^|]+)\|(\d+)\|/;

interface ReadRecord {
  /** Person, position and time: no two records of a credential have the same. */
  head: string;
  principal: Principal;
  readAt: Bookmark;
  storedAt: number;
}

/** Null for what is no record. */
function readRecord(text: string): ReadRecord | null {
  const [head = '', position = '', storedAt = ''] = RECORD.exec(text) ?? [];
  const readAt = parseBookmark(position);
  if (!readAt) return null;
  try {
    return {
      head,
      principal: principal.parse(JSON.parse(text.slice(head.length))),
      readAt,
      storedAt: Number(storedAt),
    };
  } catch {
    return null;
  }
}

/** Null for a record that was read before the last write to its person. */
function judge(record: ReadRecord | null, tag: string | null): LookedUp | null {
  const written = tag === null ? null : parseBookmark(tag);
  if (!record || (tag !== null && !written) || !isValid(record.readAt, [written])) return null;
  return { state: 'found', principal: record.principal, storedAt: record.storedAt, written };
}
