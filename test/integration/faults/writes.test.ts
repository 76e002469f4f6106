import { describe, expect, it, vi } from 'vitest';
import { type Person, signUp } from '../../helpers/client.ts';
import { FAULT_MODES } from '../../helpers/fault-modes.ts';
import { openFaultyDatabases, openFaultyStore } from '../../helpers/faults.ts';
import { sqlAsSuperuser } from '../../helpers/sql.ts';

const WRITES = 30;
const RECOVERY = { timeout: 15_000, interval: 200 };
const SETTINGS = JSON.stringify({
  deadlines: { databaseReadMs: 1_000, databaseWriteMs: 1_000 },
  breaker: { failuresInARow: 5, pauseMs: 100 },
});

/** One write and what its sender heard of it. */
interface Outcome {
  status: number;
  id: string | null;
}
type Write = (key: string, variables: Record<string, string>) => Promise<Outcome>;

const creating =
  (ada: Person): Write =>
  async (key, variables) => {
    const headers = { 'idempotency-key': key };
    const { status, body } = await ada.call('/v1/projects', { body: { name: key }, headers, variables });
    return { status, id: status === 201 ? String(body['id']) : null };
  };

/**
 * Sends writes while faults of the primary and of Redis come and go, in an order that `seed` stands for, and says what is
 * wrong afterwards: with what was acknowledged, and with each write once it was repeated under its key.
 */
async function findLosses(write: Write, seed: number): Promise<string[]> {
  let state = seed;
  const draw = <T>(from: readonly T[]): T | undefined => {
    // Lehmer's generator, by Park and Miller: its next state is below 2^31.
    state = (state * 48_271) % 2_147_483_647;
    return from[state % from.length];
  };
  const databases = await openFaultyDatabases();
  const redis = await openFaultyStore('redis');
  const variables = { ...redis.variables, ...databases.variables, SETTINGS };
  const heard = new Map<string, Outcome>();
  for (let count = 0; count < WRITES; count++) {
    const fault = draw([databases.primary, redis]);
    // Every second time all is well, or else the breaker would keep most writes away.
    if (count % 2 === 0) await fault?.set(draw(FAULT_MODES) ?? 'ok');
    else await Promise.all([databases.primary.set('ok'), redis.set('ok')]);
    const key = `${seed}-${count}-${crypto.randomUUID()}`;
    heard.set(key, await write(key, variables));
  }
  await Promise.all([databases.primary.set('ok'), redis.set('ok')]);

  const losses: string[] = [];
  for (const [key, { status, id }] of heard) {
    const stored = await idsOf(key);
    if (id !== null && !stored.includes(id)) losses.push(`${key}: acknowledged, and lost`);
    if (id === null && status < 500) losses.push(`${key}: answered ${status}`);
    const again = await vi.waitUntil(async () => {
      const outcome = await write(key, variables);
      return outcome.id !== null && outcome;
    }, RECOVERY);
    const after = await idsOf(key);
    if (after.length !== 1) losses.push(`${key}: done ${after.length} times`);
    if (again.id !== (id ?? after[0])) losses.push(`${key}: repeated with another answer`);
  }
  return losses;
}

async function idsOf(name: string): Promise<string[]> {
  const rows = await sqlAsSuperuser<{ id: string }>('select id from projects where name = $1', [name]);
  return rows.map(({ id }) => id);
}

describe('writes while faults come and go', () => {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const seed = 1 + (random % 2_147_483_646);

  it(`are there once they are acknowledged, and once only whoever repeats them (seed ${seed})`, async () => {
    expect(await findLosses(creating(await signUp()), seed)).toEqual([]);
  });

  it('are found wanting by this test when they are acknowledged too soon', async () => {
    const write = creating(await signUp());
    const tooSoon: Write = async (key, variables) => {
      const outcome = await write(key, variables);
      return outcome.status === 503 ? { status: 201, id: 'prj_promised' } : outcome;
    };
    expect(await findLosses(tooSoon, 1)).toContainEqual(expect.stringContaining('acknowledged, and lost'));
  });

  it('are found wanting by this test when a repetition is another write', async () => {
    const ada = await signUp();
    const forgetful: Write = async (key, variables) => {
      const { status, body } = await ada.call('/v1/projects', { body: { name: key }, variables });
      return { status, id: status === 201 ? String(body['id']) : null };
    };
    expect(await findLosses(forgetful, 1)).toContainEqual(expect.stringContaining('done 2 times'));
  });
});
