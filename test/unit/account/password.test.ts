import { describe, expect, it } from 'vitest';
import { hashPassword, passwordQueue, verifyPassword } from '../../../src/domain/account/password.ts';
import { createLeaseQueue, type LeaseQueue } from '../../../src/resilience/lease-queue.ts';
import { CHEAP_HASH, PASSWORD } from '../../helpers/password.ts';

function countTurns(): { queue: LeaseQueue; turns: () => number } {
  const inner = createLeaseQueue({ concurrency: 2, maxWaiting: 8, maxWaitMs: 5_000, leaseMs: 10_000 });
  let turns = 0;
  return {
    turns: () => turns,
    queue: {
      async run(task) {
        turns++;
        return await inner.run(task);
      },
    },
  };
}

/** Takes the one place of the isolate until the returned function is called. */
function occupy(): () => Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const turn = passwordQueue.run(() => promise);
  return async () => {
    resolve();
    return await turn;
  };
}

describe('password hashing', () => {
  it('reads a hash that was made with another cost', async () => {
    expect(await verifyPassword(PASSWORD, CHEAP_HASH)).toBe(true);
    expect(await verifyPassword('wrong', CHEAP_HASH)).toBe(false);
  });

  it('fails loudly on a hash that is none', async () => {
    await expect(verifyPassword(PASSWORD, 'plain')).rejects.toThrow('not of the expected form');
  });

  it('knows the right password from a wrong one, and salts every hash', async () => {
    const [one, two] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)];
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(PASSWORD, one)).toBe(true);
    expect(await verifyPassword(PASSWORD, two)).toBe(true);
    expect(await verifyPassword(`${PASSWORD} `, one)).toBe(false);
  });

  it('takes the same text in another Unicode form for the same password', async () => {
    const hash = await hashPassword('caf\u00e9 au lait');
    expect(await verifyPassword('cafe\u0301 au lait', hash)).toBe(true);
  });

  it('does the same one turn of work for an account that does not exist', async () => {
    const hash = await hashPassword(PASSWORD);
    const known = countTurns();
    expect(await verifyPassword('wrong password', hash, known.queue)).toBe(false);
    const unknown = countTurns();
    expect(await verifyPassword('wrong password', null, unknown.queue)).toBe(false);
    expect([known.turns(), unknown.turns()]).toEqual([1, 1]);
  });

  it('lets nobody in as the account that does not exist, whatever is typed', async () => {
    expect(await verifyPassword('', null)).toBe(false);
    expect(await verifyPassword('\0'.repeat(32), null)).toBe(false);
  });

  it('makes the second of an isolate wait for the first', async () => {
    const free = occupy();
    let isDone = false;
    const second = hashPassword(PASSWORD).then(() => (isDone = true));
    // Two hashes of equal cost that began later and do not wait: by then the second would be done, too.
    const { queue } = countTurns();
    await hashPassword(PASSWORD, queue);
    await hashPassword(PASSWORD, queue);
    expect(isDone).toBe(false);
    await free();
    expect(await second).toBe(true);
  });

  it('refuses with a time to come back when eight wait already', async () => {
    const free = occupy();
    const waiting = Array.from({ length: 8 }, () => passwordQueue.run(async () => 'waited'));
    await expect(hashPassword(PASSWORD)).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfter: 2 },
    });
    await expect(verifyPassword(PASSWORD, null)).rejects.toMatchObject({ code: 'unavailable' });
    await free();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ ok: true, value: 'waited' })));
  });
});
