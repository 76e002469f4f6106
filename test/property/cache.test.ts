import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, type Gateway, startGateway } from '../../dev/redis/index.ts';
import { type Cache, createCache, createCacheMemory, type Loaded } from '../../src/cache/cache.ts';
import { type Namespace, refTo } from '../../src/cache/namespace.ts';
import type { Tag } from '../../src/cache/tags.ts';
import { isLater, type Bookmark } from '../../src/lib/bookmark.ts';
import { type Snapshot, VersionedDatabase } from '../helpers/fakes/versioned-database.ts';
import { openRedis } from '../helpers/redis-database.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);
const TOKEN = 'cache-model';
const ISOLATES = 2;
const USERS = ['ada', 'bob', 'eve'] as const;
const ROWS = ['prj_one', 'prj_two'] as const;

const VERSIONS: Namespace<number> = {
  name: 'version',
  parse: (value) => {
    if (typeof value !== 'number') throw new TypeError('not a version');
    return value;
  },
  freshMs: 60_000,
  revalidateMs: 30_000,
  errorMs: 0,
  negativeMs: 0,
};

/** How a cache is used; a mutation of it is one that must be caught. */
interface Usage {
  /** What a read of the snapshot is said to have been read at. */
  readAt(snapshot: Snapshot): bigint;
  /** What the request says its caller has seen. */
  bookmark(position: Bookmark | null): Bookmark | null;
  tagsOf(row: string): Tag[];
  /** Whether the bump of a write is delivered in the end. */
  delivers: boolean;
}

const asBuilt: Usage = {
  readAt: ({ xmin }) => xmin,
  bookmark: (position) => position,
  tagsOf: (row) => [`project:${row}`],
  delivers: true,
};

type Step =
  | { do: 'begin' | 'commit'; user: (typeof USERS)[number]; row: (typeof ROWS)[number] }
  | { do: 'bump' | 'replay'; count: number }
  | { do: 'wait'; ms: number }
  | { do: 'read'; user: (typeof USERS)[number]; row: (typeof ROWS)[number]; isolate: number; slow: boolean }
  | { do: 'finish' };

const user = fc.constantFrom(...USERS);
const row = fc.constantFrom(...ROWS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('begin' as const, 'commit' as const), user, row }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('bump' as const, 'replay' as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 40_000, 70_000) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      user,
      row,
      isolate: fc.nat(ISOLATES - 1),
      slow: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'finish' as const }) },
);

let gateway: Gateway;
let runs = 0;

beforeAll(async () => {
  gateway = await startGateway({ engine: await createEmbeddedEngine(), token: TOKEN });
});
afterAll(async () => await gateway.close());

/** Plays the steps; rejects when somebody was shown what is older than what they had to see. */
async function play(steps: Step[], usage: Usage): Promise<void> {
  const database = new VersionedDatabase();
  const clock = { now: () => time };
  let time = 1_000_000;
  const prefix = `model-${++runs}:`;
  const memories = Array.from({ length: ISOLATES }, () => createCacheMemory(clock));
  const seen = new Map<string, Bookmark>();
  const written = new Map<string, number>();
  /** By row: the version from which on everybody must see it, for its bump has been delivered. */
  const announced = new Map<string, number>();
  const bumps: (() => Promise<void>)[] = [];
  const slow: (() => Promise<void>)[] = [];
  const pending: Promise<unknown>[] = [];

  function cacheOf(isolate: number, bookmark: Bookmark | null): Cache {
    const background = (_name: string, work: Promise<unknown>) => void pending.push(work);
    const memory = memories[isolate];
    if (!memory) throw new Error('no such isolate');
    const redis = openRedis([gateway.url], TOKEN);
    return createCache({
      redis,
      prefix,
      isEnabled: true,
      ttlScale: 1,
      clock,
      memory,
      bookmark: () => usage.bookmark(bookmark),
      background,
      isOutage: () => false,
    });
  }

  /** As the router does: the standby when it has what the caller has seen, else the primary. */
  function route(bookmark: Bookmark | null): Snapshot {
    const standby = database.replica();
    return bookmark && !(bookmark.xid < standby.xmin) ? database.primary() : standby;
  }

  async function read({ user: who, row: what, isolate, slow: isSlow }: Step & { do: 'read' }): Promise<void> {
    const bookmark = seen.get(who) ?? null;
    const least = Math.max(written.get(`${who} ${what}`) ?? 0, announced.get(what) ?? 0);
    const opened = Promise.withResolvers<void>();
    const load = async (): Promise<Loaded<number>> => {
      const snapshot = route(bookmark);
      // Standby and primary are asked before the row's bump is delivered, or not at all.
      const value = snapshot.versionOf(what);
      const readAt = { epoch: database.epoch, xid: usage.readAt(snapshot) };
      if (isSlow) await opened.promise;
      return { value, readAt };
    };
    const cache = cacheOf(isolate, bookmark);
    const reading = cache.read(refTo(VERSIONS, what, usage.tagsOf(what)), load).then(({ value, report }) => {
      const own = written.get(`${who} ${what}`) ?? 0;
      // A standby that is behind may be read by who has seen nothing newer; a cache must not be older than that.
      const isCached = report.outcome === 'hit' || report.outcome === 'stale';
      const bound = isCached ? least : Math.min(least, own);
      if ((value ?? 0) < bound)
        throw new Error(
          `${who} saw version ${value} of ${what} (${report.outcome}), but ${bound} had to be seen`,
        );
    });
    reading.catch(() => undefined);
    slow.push(async () => {
      opened.resolve();
      await reading;
    });
    if (!isSlow) await finish();
  }

  async function finish(): Promise<void> {
    for (const one of slow.splice(0)) await one();
    await Promise.all(pending.splice(0));
  }

  async function take(one: Step): Promise<void> {
    switch (one.do) {
      case 'begin':
        return database.begin(one.user, one.row);
      case 'commit': {
        const done = database.commit(one.user);
        if (!done) return;
        const known = seen.get(one.user);
        if (!known || isLater(done.position, known)) seen.set(one.user, done.position);
        written.set(`${one.user} ${done.row}`, done.version);
        bumps.push(async () => {
          if (!usage.delivers) return void announced.set(done.row, done.version);
          await cacheOf(0, null).bump([`project:${done.row}`], done.position);
          announced.set(done.row, Math.max(done.version, announced.get(done.row) ?? 0));
        });
        return;
      }
      case 'bump':
        // In any order, and late.
        for (const bump of bumps.splice(0, one.count).toReversed()) await bump();
        return;
      case 'replay':
        return database.replay(one.count);
      case 'wait':
        time += one.ms;
        return;
      case 'read':
        return await read(one);
      case 'finish':
        return await finish();
    }
  }

  for (const one of steps) await take(one);
  await finish();
}

const steps = fc.array(step, { minLength: 10, maxLength: 60 });

describe('a cached value', () => {
  it('is never older than what its reader has written, nor than a write that was announced', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => await play(all, asBuilt)),
      { numRuns },
    );
  });

  it.each<[string, Partial<Usage>]>([
    [
      'is said to be read at the next transaction, not at the oldest that runs',
      { readAt: ({ xmax }) => xmax },
    ],
    ['is said to be read one transaction later', { readAt: ({ xmin }) => xmin + 1n }],
    ['is read without the bookmark', { bookmark: () => null }],
    ['does not depend on what is written', { tagsOf: () => [] }],
    ['is not announced', { delivers: false }],
  ])('is caught when it %s', async (_mutation, mutation) => {
    const outcome = await fc.check(
      fc.asyncProperty(steps, async (all) => await play(all, { ...asBuilt, ...mutation })),
      { numRuns: Math.max(numRuns, 400), endOnFailure: true },
    );
    expect(outcome.failed).toBe(true);
  });
});
