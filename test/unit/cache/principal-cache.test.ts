import { describe, expect, it } from 'vitest';
import { createPrincipalCache } from '../../../src/cache/principal-cache.ts';
import { createPrincipalMemory } from '../../../src/cache/principal-memory.ts';
import type { Principal } from '../../../src/cache/principal-record.ts';
import { openBatch } from '../../../src/redis/command-batch.ts';
import { CommandList } from '../../../src/redis/command-list.ts';

const ada: Principal = {
  kind: 'session',
  id: 'ses_1',
  userId: 'usr_1',
  expiresAt: null,
  lastSeenAt: null,
  plan: 'free',
  limit: null,
  scopes: null,
  roles: { prj_1: 'editor' },
};
const textOf = (principal: object, xid = 10) => `usr_1|1.${xid}|1000|${JSON.stringify(principal)}`;

/** A cache over a Redis that answers every look-up with what `stored` says. */
function openCache(wrong?: { answer: unknown }) {
  const stored: { text: string | null; tag: string | null } = { text: null, tag: null };
  const clock = { ms: 0 };
  const heads: unknown[] = [];
  const bumped = new Map<string, { epoch: number; xid: bigint }>();
  const open = () =>
    openBatch(async (enqueueAll) => {
      const list = new CommandList();
      enqueueAll(list);
      heads.push(list.commands[0]?.at(-1));
      return [{ result: wrong ? wrong.answer : [stored.text, stored.tag] }];
    });
  const redis = { open, tellAll: async () => undefined, ping: async () => undefined };
  const memory = createPrincipalMemory();
  const cache = createPrincipalCache({
    redis,
    prefix: 'test',
    now: () => clock.ms,
    memory,
    bumpedAt: (tag) => bumped.get(tag) ?? null,
  });
  const look = async (name = 'ada') => {
    const batch = open();
    const found = cache.look(batch, name);
    await batch.send();
    return await found;
  };
  return { stored, clock, bumped, heads, cache, look };
}

describe('a record that was seen before', () => {
  it('is seen as it is written anew', async () => {
    const { stored, look } = openCache();
    stored.text = textOf(ada);
    expect(await look()).toMatchObject({ state: 'found', principal: { plan: 'free' } });
    stored.text = textOf({ ...ada, plan: 'pro' });
    expect(await look()).toMatchObject({ state: 'found', principal: { plan: 'pro' } });
    stored.text = null;
    expect(await look()).toEqual({ state: 'unknown' });
    stored.text = 'revoked';
    expect(await look()).toEqual({ state: 'revoked' });
  });

  it('counts for nothing once its person was written', async () => {
    const { stored, look } = openCache();
    stored.text = textOf(ada, 10);
    expect(await look()).toMatchObject({ state: 'found' });
    stored.tag = '1.10';
    expect(await look()).toEqual({ state: 'unknown' });
  });

  it('is nobody else’s', async () => {
    const { stored, look } = openCache();
    stored.text = textOf(ada);
    await look('ada');
    stored.text = textOf({ ...ada, id: 'ses_2' });
    expect(await look('bob')).toMatchObject({ principal: { id: 'ses_2' } });
    stored.text = textOf(ada);
    expect(await look('ada')).toMatchObject({ principal: { id: 'ses_1' } });
  });

  it('is none when it is not one', async () => {
    const { stored, look } = openCache();
    stored.text = textOf({ ...ada, plan: 'gold' });
    expect(await look()).toEqual({ state: 'unknown' });
    expect(await look()).toEqual({ state: 'unknown' });
  });
});

describe('a record that the isolate has', () => {
  it('is not sent again', async () => {
    const { stored, heads, look } = openCache();
    stored.text = textOf(ada);
    const first = await look();
    stored.text = 'same';
    expect(await look()).toEqual(first);
    expect(heads).toEqual(['', 'usr_1|1.10|1000|']);
  });

  it('is not made up', async () => {
    const { stored, look } = openCache();
    stored.text = 'same';
    expect(await look()).toEqual({ state: 'unknown' });
  });

  it('counts for nothing once its person was written', async () => {
    const { stored, heads, look } = openCache();
    stored.text = textOf(ada, 10);
    await look();
    Object.assign(stored, { text: 'same', tag: '1.10' });
    expect(await look()).toEqual({ state: 'unknown' });
    await look();
    expect(heads.at(-1)).toBe('');
  });
});

describe('while Redis does not answer', () => {
  const readAt = { epoch: 1, xid: 10n };
  const silent = { answer: undefined };

  it('what the database has said counts for two seconds', async () => {
    const { clock, cache, look } = openCache(silent);
    await cache.put('ada', ada, readAt);
    clock.ms = 1_999;
    expect(await look('ada')).toEqual({
      state: 'found',
      principal: ada,
      storedAt: 0,
      written: { epoch: 1, xid: 9n },
    });
    expect(await look('bob')).toEqual({ state: 'silent' });
    clock.ms = 2_000;
    expect(await look('ada')).toEqual({ state: 'silent' });
  });

  it('it counts no longer than until this isolate hears of a write to the person', async () => {
    const { bumped, cache, look } = openCache(silent);
    await cache.put('ada', ada, readAt);
    bumped.set('user:usr_1', { epoch: 1, xid: 9n });
    expect(await look()).toMatchObject({ state: 'found' });
    bumped.set('user:usr_1', { epoch: 1, xid: 10n });
    expect(await look()).toEqual({ state: 'silent' });
  });

  it('a credential that this isolate has revoked stays so, whatever a slow request brings', async () => {
    const { cache, look } = openCache(silent);
    await cache.put('ada', ada, readAt);
    await cache.revoke(['ada']);
    await cache.put('ada', ada, readAt);
    expect(await look()).toEqual({ state: 'revoked' });
  });

  it('what the database does not know any more is forgotten', async () => {
    const { cache, look } = openCache(silent);
    await cache.put('ada', ada, readAt);
    await cache.forget('ada');
    expect(await look()).toEqual({ state: 'silent' });
  });
});

describe('a credential', () => {
  it('is known by its record, and no longer once Redis has none', async () => {
    const { stored, cache, look } = openCache();
    expect(cache.isKnown('ada')).toBe(false);
    stored.text = textOf(ada);
    await look();
    expect(cache.isKnown('ada')).toBe(true);
    expect(cache.isKnown('bob')).toBe(false);
    stored.tag = '1.10';
    await look();
    expect(cache.isKnown('ada')).toBe(false);
    stored.tag = null;
    await look();
    stored.text = 'revoked';
    await look();
    expect(cache.isKnown('ada')).toBe(false);
  });

  it('is not known any more when Redis must have forgotten its record', async () => {
    const { stored, clock, cache, look } = openCache();
    stored.text = textOf(ada);
    await look();
    clock.ms = 60_999;
    expect(cache.isKnown('ada')).toBe(true);
    clock.ms = 61_000;
    expect(cache.isKnown('ada')).toBe(false);
  });

  it.each([[null], [['text']], [['text', 7]], [[['text'], null]], ['text']])(
    'is not looked up by an answer like %j',
    async (answer) => {
      const { look } = openCache({ answer });
      expect(await look()).toEqual({ state: 'silent' });
    },
  );
});

describe('a record that is read anew', () => {
  it('is read by one request at a time', async () => {
    const { cache } = openCache();
    const opened = Promise.withResolvers<void>();
    let reads = 0;
    const read = async () => {
      reads += 1;
      await opened.promise;
    };
    const first = cache.refresh('ada', read);
    await cache.refresh('ada', read);
    expect(reads).toBe(1);
    opened.resolve();
    await first;
    await cache.refresh('ada', read);
    expect(reads).toBe(2);
  });

  it('is read again when a read failed, or was never heard of again', async () => {
    const { cache, clock } = openCache();
    const fail = cache.refresh('ada', async () => await Promise.reject(new Error('the database is gone')));
    await expect(fail).rejects.toThrow('the database is gone');
    let reads = 0;
    void cache.refresh('ada', async () => {
      reads += 1;
      await new Promise(() => undefined);
    });
    await cache.refresh('ada', async () => void (reads += 1));
    expect(reads).toBe(1);
    clock.ms = 10_000;
    await cache.refresh('ada', async () => void (reads += 1));
    expect(reads).toBe(2);
  });
});
