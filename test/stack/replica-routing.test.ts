import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAt } from '../../src/db/read.ts';
import { laterBookmark } from '../../src/lib/bookmark.ts';
import {
  type OpenWrite,
  openRoutingStage,
  type Routing,
  type RoutingStage,
} from '../helpers/routing-stage.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);
/** People, each with one write under way at most. */
const PEOPLE = 4;

let stage: RoutingStage;

beforeAll(async () => {
  stage = await openRoutingStage();
});
afterAll(async () => {
  await stage?.stop();
});

const ours: Routing = { read: readAt, define: (definition) => definition };

const FRESH = `not known_xid < (at ->> 'xmin')::xid8`;
/** The routing with another test of freshness in the database. */
function withTest(test: string): Routing {
  return {
    read: readAt,
    define(definition) {
      if (!definition.includes(FRESH)) throw new Error('app.enter_replica has changed: mend the mutants');
      return definition.replace(FRESH, test);
    },
  };
}

/** Reads whose reply carries another bookmark than it should. */
function withBookmark(change: (xmin: bigint) => bigint | null): Routing {
  return {
    ...ours,
    async read(ctx, input) {
      const found = await readAt<never>(ctx, input);
      const xid = ctx.bookmark && change(found.xmin);
      ctx.bookmark = xid ? { epoch: found.epoch, xid } : null;
      return found;
    },
  };
}

type Step =
  | { do: 'begin' | 'commit' | 'rollback' | 'read'; who: number }
  | { do: 'pause' | 'resume' | 'catchUp' | 'lose' | 'find' };

const step = (what: Step['do'], who?: number) => ({ do: what, ...(who !== undefined && { who }) }) as Step;
const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constantFrom('begin' as const, 'commit' as const, 'rollback' as const, 'read' as const),
      who: fc.nat(PEOPLE - 1),
    }),
    fc.record({
      do: fc.constantFrom('pause', 'resume', 'catchUp', 'lose', 'find').map((name) => name as 'pause'),
    }),
  ),
  { maxLength: 30 },
);

/** Two transactions that commit in the other order, and replay that stops between them. */
const OUT_OF_ORDER = [
  ...[step('begin', 0), step('begin', 1), step('commit', 1), step('catchUp'), step('pause')],
  ...[step('commit', 0), step('read', 0)],
];
/** A replica that is lost and found again, and has missed what was read meanwhile. */
const BACK_IN_TIME = [
  ...[step('catchUp'), step('pause'), step('begin', 0), step('commit', 0), step('lose'), step('read', 1)],
  ...[step('find'), step('read', 1)],
];
/** The same, while an older transaction still runs. */
const BACK_BELOW_XMAX = [step('begin', 2), ...BACK_IN_TIME];

/** Throws when anybody is shown less than they have written or were shown before. */
async function play(script: Step[]): Promise<void> {
  const people = Array.from({ length: PEOPLE }, () => ({
    reader: stage.reader(),
    owed: new Set<number>(),
    write: null as OpenWrite | null,
  }));
  let isPaused = false;
  let isReachable = true;
  try {
    for (const one of script) {
      const person = 'who' in one ? people[one.who] : undefined;
      switch (one.do) {
        case 'begin':
          if (person) person.write ??= await stage.begin();
          break;
        case 'commit':
        case 'rollback':
          if (!person?.write) break;
          if (one.do === 'rollback') await person.write.rollback();
          else {
            const { id } = person.write;
            person.reader.known = laterBookmark(person.reader.known, await person.write.commit());
            person.owed.add(id);
          }
          person.write = null;
          break;
        case 'read': {
          if (!person) break;
          const isUntold = person.reader.known === null && isReachable;
          const { ids, isFromPrimary } = await person.reader.read();
          for (const id of person.owed) expect(ids).toContain(id);
          person.owed = ids;
          // Nobody who has seen nothing costs the primary anything.
          if (isUntold) expect(isFromPrimary).toBe(false);
          break;
        }
        case 'pause':
          isPaused = true;
          await stage.pause();
          break;
        case 'resume':
          isPaused = false;
          await stage.resume();
          break;
        case 'catchUp':
          if (!isPaused) await stage.catchUp();
          break;
        case 'lose':
        case 'find':
          isReachable = one.do === 'find';
          stage.setReachable(isReachable);
      }
    }
  } finally {
    for (const { write } of people) await write?.rollback();
    await stage.resume();
    stage.setReachable(true);
  }
}

const always = fc.asyncProperty(steps, play);
const examples = [[OUT_OF_ORDER], [BACK_IN_TIME], [BACK_BELOW_XMAX]] as [Step[]][];

describe('a read that may go to the replica', () => {
  it('is never older than what its reader wrote or saw, whatever commits, stops and is lost in which order', async () => {
    await stage.use(ours);
    await fc.assert(always, { numRuns, examples });
  });

  it.each([
    [
      'asks the snapshot whether it shows the transaction',
      withTest('not pg_visible_in_snapshot(known_xid, pg_current_snapshot())'),
    ],
    ['compares with the xmax', withTest(`not known_xid < (at ->> 'xmax')::xid8`)],
    ['takes the oldest transaction under way for done', withTest(`not known_xid <= (at ->> 'xmin')::xid8`)],
    ['asks for nothing', withTest('false')],
    ['gives no bookmark with what the primary showed', withBookmark(() => null)],
    ['gives the xmin with what the primary showed', withBookmark((xmin) => xmin - 1n)],
  ])('would be noticed if it %s', async (_what, routing) => {
    await stage.use(routing);
    const outcome = await fc.check(always, { numRuns: examples.length, examples, endOnFailure: true });
    expect(outcome.errorInstance).toMatchObject({ name: 'AssertionError' });
  });

  it('is not older with eight who write and read at once while replay stops and goes on', async () => {
    await stage.use(ours);
    const done = new AbortController();
    const shake = (async () => {
      while (!done.signal.aborted) {
        await stage.pause();
        await sleep(Math.random() * 20);
        await stage.resume();
        await sleep(Math.random() * 20);
      }
    })();
    const live = async () => {
      const reader = stage.reader();
      let owed = new Set<number>();
      for (let round = 0; round < 40; round++) {
        const write = await stage.begin();
        await sleep(Math.random() * 10);
        reader.known = laterBookmark(reader.known, await write.commit());
        owed.add(write.id);
        for (let look = 0; look < 2; look++) {
          const { ids } = await reader.read();
          for (const id of owed) expect(ids).toContain(id);
          owed = ids;
        }
      }
    };
    const look = async () => {
      const untold = stage.reader();
      let seen = 0;
      let reads = 0;
      let onPrimary = 0;
      while (!done.signal.aborted) {
        const { ids, isFromPrimary } = await untold.read();
        expect(ids.size).toBeGreaterThanOrEqual(seen);
        seen = ids.size;
        reads += 1;
        if (isFromPrimary) onPrimary += 1;
      }
      // A replica ends a read that keeps it from replaying, and the primary is asked then.
      expect(onPrimary / reads).toBeLessThan(0.1);
    };
    const watching = look();
    try {
      await Promise.all(Array.from({ length: 8 }, live));
    } finally {
      done.abort();
      await Promise.all([shake, watching]);
    }
  });
});

describe('a bookmark of another epoch', () => {
  const far = 10n ** 15n;

  it('asks for nothing when it is older than the database: what it named is restored or lost', async () => {
    await stage.use(ours);
    await stage.superuser.query('update database_epoch set epoch = 7');
    await stage.catchUp();
    const reader = stage.reader();
    reader.known = { epoch: 6, xid: far };
    expect(await reader.read()).toMatchObject({ isFromPrimary: false });
  });

  it('goes to the primary when the replica has not heard of the restoration', async () => {
    await stage.use(ours);
    const reader = stage.reader();
    reader.known = { epoch: 8, xid: 1n };
    expect(await reader.read()).toMatchObject({ isFromPrimary: true });
  });

  it('and one of the future, which nobody can have been given, as well, and the next is a real one', async () => {
    await stage.use(ours);
    const reader = stage.reader();
    reader.known = { epoch: 7, xid: far };
    expect(await reader.read()).toMatchObject({ isFromPrimary: true });
  });
});

describe('a replica without news', () => {
  it('serves nobody until there are some', async () => {
    await stage.use({ ...ours, define: (definition) => definition.replace('> max_age_ms', '> 300') });
    await stage.pause();
    const write = await stage.begin();
    await write.commit();
    await sleep(400);
    const reader = stage.reader();
    const late = await reader.read();
    await stage.resume();
    expect([late.isFromPrimary, late.ids.has(write.id)]).toEqual([true, true]);
    await (await stage.begin()).commit();
    await stage.catchUp();
    expect(await stage.reader().read()).toMatchObject({ isFromPrimary: false });
  });
});
