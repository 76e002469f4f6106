import type { Clock } from '../lib/clock.ts';
import type { Bookmark } from '../lib/bookmark.ts';
import type { CommandBatch } from '../redis/command-batch.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { RedisDatabase } from '../redis/redis-database.ts';
import { type CacheCounters, type Counts, createCacheCounters } from './counters.ts';
import { decodeEntry, encodeEntry, type Entry } from './entry.ts';
import { createIsolateTier, type IsolateTier } from './isolate-tier.ts';
import type { CacheRef, Namespace } from './namespace.ts';
import { createSingleFlight, type SingleFlight } from './single-flight.ts';
import { BUMP_TAGS, bumpArguments, EVERYTHING, parseTags, type Tag } from './tags.ts';
import { ALONE_MS, isValid } from './validity.ts';

/** What was read, and the xmin of the snapshot that it was read under. Null: there is no such thing. */
export interface Loaded<T> {
  value: T | null;
  readAt: Bookmark;
}

/** How a value was got, for the reply's Cache-Status and the log. */
export interface CacheReport {
  /** Where it was found; null when it was read. */
  tier: 'isolate' | 'redis' | null;
  outcome: 'hit' | 'stale' | 'miss' | 'invalid' | 'error';
  /** Seconds that it is good for; negative when it is stale. */
  ttlSeconds: number;
  /** Whether it stands in for what could not be read. */
  isStandIn: boolean;
}

export interface Cached<T> {
  value: T | null;
  report: CacheReport;
}

export interface Cache {
  /** Puts what a later `read` needs into a trip that is made anyway. 1 command, or 2. */
  prefetch<T>(batch: CommandBatch, ref: CacheRef<T>): void;
  /**
   * The value: from the isolate or from Redis where it is valid, else by `load`, which runs once for all who ask the
   * isolate at the same time. Without `prefetch` it costs a trip of its own. Rejects with what `load` rejects with, unless
   * there is a stale value that may stand in for `unavailable`.
   */
  read<T>(ref: CacheRef<T>, load: () => Promise<Loaded<T>>): Promise<Cached<T>>;
  /** How often each namespace was found, or was not, since the isolate began. */
  figures(): Record<string, Counts>;
  /** Makes everybody forget what depends on the tags and was read before. Rejects unless every endpoint knows. */
  bump(tags: readonly Tag[], position: Bookmark): Promise<void>;
}

/** What an isolate keeps between requests: values and numbers. */
export interface CacheMemory {
  tier: IsolateTier;
  flights: SingleFlight<Loaded<unknown>>;
  counters: CacheCounters;
  /** Tags that this isolate has bumped: they hold here also while Redis does not answer. */
  bumped: Map<string, Bookmark>;
}

const ISOLATE_LIMITS = { entries: 2_000, length: 8 * 1024 * 1024 };
/** How long somebody waits for what another request is reading. */
const FLIGHT_WAIT_MS = 3_000;
/** Tags that an isolate remembers: one that it forgets stands in Redis. */
const MAX_BUMPED = 10_000;
const JITTER = 0.1;

export function createCacheMemory(clock: Clock): CacheMemory {
  return {
    tier: createIsolateTier(ISOLATE_LIMITS),
    flights: createSingleFlight(() => clock.now()),
    counters: createCacheCounters(),
    bumped: new BoundedMap(MAX_BUMPED),
  };
}

export interface CacheOptions {
  redis: RedisDatabase;
  /** Before every key. */
  prefix: string;
  /** Off: everything is read anew. */
  isEnabled: boolean;
  /** Multiplies the times of every namespace. */
  ttlScale: number;
  clock: Clock;
  memory: CacheMemory;
  /** What the caller has written or seen last: nothing older may be shown. */
  bookmark(): Bookmark | null;
  /** Keeps a promise going after the reply. */
  background(name: string, work: Promise<unknown>): void;
  /** Whether an error means that the database is out of reach. */
  isOutage(error: unknown): boolean;
}

/** What the tiers have; `tags` is null when Redis did not say. */
interface Found<T> {
  entry: Entry<T> | null;
  tier: 'isolate' | 'redis';
  tags: (Bookmark | null)[] | null;
  isUnreadable: boolean;
}

export function createCache(options: CacheOptions): Cache {
  const { redis, prefix, isEnabled, ttlScale, clock, memory, background } = options;
  const { tier, flights, counters, bumped } = memory;
  const prefetched = new Map<string, Promise<Found<unknown>>>();
  const entryKey = (key: string) => `${prefix}:c:${key}`;
  const tagKey = (tag: Tag) => `${prefix}:t:${tag}`;

  function isFreshHere(entry: Entry<unknown> | undefined): boolean {
    return entry !== undefined && clock.now() < entry.freshUntil;
  }

  async function look<T>(batch: CommandBatch, ref: CacheRef<T>): Promise<Found<T>> {
    const { namespace, key, tags } = ref;
    // The guarantee behind the type: a key begins with its namespace, whose `parse` made the value.
    const here = tier.get(key) as Entry<T> | undefined;
    const keys = tags.map(tagKey);
    const asksEntry = !isFreshHere(here);
    try {
      const answer = await batch.add((list) => list.mget(...(asksEntry ? [entryKey(key), ...keys] : keys)));
      if (!Array.isArray(answer)) throw new Error('Redis did not answer with a list');
      const [text, ...rest] = asksEntry ? (answer as unknown[]) : [null, ...(answer as unknown[])];
      const known = parseTags(rest, keys.length);
      const there = typeof text === 'string' ? await decodeEntry(text, namespace.parse) : null;
      if (there && (!here || there.readAt.epoch > here.readAt.epoch || there.storedAt >= here.storedAt)) {
        tier.set(key, there, typeof text === 'string' ? text.length : 0);
        return { entry: there, tier: 'redis', tags: known, isUnreadable: false };
      }
      const isUnreadable = text !== null && !there;
      return { entry: here ?? null, tier: 'isolate', tags: known, isUnreadable };
    } catch {
      counters.count(namespace.name, 'error');
      return { entry: here ?? null, tier: 'isolate', tags: null, isUnreadable: false };
    }
  }

  /** Everything that an entry must be later than. */
  function writesOf(tags: readonly Tag[], known: (Bookmark | null)[] | null): (Bookmark | null)[] {
    return [...(known ?? []), ...tags.map((tag) => bumped.get(tag) ?? null), options.bookmark()];
  }

  function store<T>({ namespace, key, tags }: CacheRef<T>, loaded: Loaded<T>, known: Found<T>['tags']): void {
    const now = clock.now();
    const freshMs = ttlScale * (loaded.value === null ? namespace.negativeMs : namespace.freshMs);
    // The fill is used once and forgotten: it may be older than a write that somebody already knows of.
    if (freshMs === 0 || !isValid(loaded.readAt, writesOf(tags, known))) return;
    const freshUntil = now + Math.round(freshMs * (1 - JITTER + 2 * JITTER * Math.random()));
    const isNegative = loaded.value === null;
    const staleMs = isNegative ? 0 : ttlScale * (namespace.revalidateMs + namespace.errorMs);
    const staleUntil = freshUntil + Math.round(staleMs);
    const entry = { ...loaded, storedAt: now, freshUntil, staleUntil };
    const json = JSON.stringify(loaded.value);
    tier.set(key, entry, json.length);
    if (known === null) return;
    const put = async () => {
      const text = await encodeEntry(entry, json);
      const batch = redis.open();
      const answer = batch.add((list) => list.set(entryKey(key), text, { pxat: staleUntil }));
      await batch.send();
      await answer;
    };
    // Whoever reads next only has to read it again.
    background(
      'cache-fill',
      put().catch(() => counters.count(namespace.name, 'error')),
    );
  }

  async function fill<T>(ref: CacheRef<T>, known: Found<T>['tags'], load: () => Promise<Loaded<T>>) {
    const loading = flights.run(ref.key, FLIGHT_WAIT_MS, async () => {
      const loaded = await load();
      store(ref, loaded, known);
      return loaded;
    });
    background(
      'cache-load',
      loading.catch(() => undefined),
    );
    const landed = await loading;
    if (!landed) return await load();
    // The guarantee behind the type: a flight of the key is of the namespace.
    const loaded = landed.value as Loaded<T>;
    // What another request has read may be older than what this one has written.
    return landed.isOwn || isValid(loaded.readAt, [options.bookmark()]) ? loaded : await load();
  }

  function report(
    { name }: Namespace<unknown>,
    outcome: CacheReport['outcome'],
    found: Found<unknown> | null,
  ): CacheReport {
    counters.count(name, outcome);
    const now = clock.now();
    const entry = outcome === 'hit' || outcome === 'stale' ? found?.entry : null;
    return {
      tier: entry ? (found?.tier ?? null) : null,
      outcome,
      ttlSeconds: entry ? Math.floor((entry.freshUntil - now) / 1000) : 0,
      isStandIn: false,
    };
  }

  return {
    prefetch(batch, ref) {
      if (isEnabled) prefetched.set(ref.key, look(batch, ref));
    },
    async read<T>(ref: CacheRef<T>, load: () => Promise<Loaded<T>>) {
      const { namespace, key, tags } = ref;
      if (!isEnabled) return { value: (await load()).value, report: report(namespace, 'miss', null) };
      let looking = prefetched.get(key) as Promise<Found<T>> | undefined;
      if (!looking) {
        const batch = redis.open();
        looking = look(batch, ref);
        await batch.send();
      }
      const found = await looking;
      // What is read next, in the same request, is looked up anew.
      prefetched.delete(key);
      if (found.isUnreadable) counters.count(namespace.name, 'unreadable');
      const { entry } = found;
      const now = clock.now();
      const isCurrent = entry !== null && isValid(entry.readAt, writesOf(tags, found.tags));
      const freshUntil =
        entry && found.tags === null
          ? Math.min(entry.freshUntil, entry.storedAt + ALONE_MS)
          : entry?.freshUntil;
      if (entry && isCurrent && freshUntil !== undefined) {
        if (now < freshUntil) return { value: entry.value, report: report(namespace, 'hit', found) };
        if (
          found.tags !== null &&
          entry.value !== null &&
          now < entry.freshUntil + ttlScale * namespace.revalidateMs
        ) {
          background('cache-refresh', fill(ref, found.tags, load));
          return { value: entry.value, report: report(namespace, 'stale', found) };
        }
      }
      const missed = entry && !isCurrent ? 'invalid' : found.tags === null ? 'error' : 'miss';
      try {
        const { value } = await fill(ref, found.tags, load);
        return { value, report: report(namespace, missed, null) };
      } catch (error) {
        const mayStandIn = entry && entry.value !== null && namespace.errorMs > 0 && now < entry.staleUntil;
        if (!mayStandIn || !options.isOutage(error)) throw error;
        return { value: entry.value, report: { ...report(namespace, 'stale', found), isStandIn: true } };
      }
    },
    figures: () => counters.read(),
    async bump(tags, position) {
      for (const tag of tags) {
        const known = bumped.get(tag);
        if (known && isValid(known, [position])) continue;
        bumped.set(tag, position);
      }
      if (tags.includes(EVERYTHING)) tier.clear();
      await redis.tellAll((list) => list.eval(BUMP_TAGS.source, tags.map(tagKey), bumpArguments(position)));
    },
  };
}
