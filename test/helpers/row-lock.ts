import { neon, neonConfig } from '@neondatabase/serverless';
import { expect, inject, vi } from 'vitest';
import { query } from './query.ts';

export interface RowLock {
  /** Waits until this many statements wait for the row. */
  untilWaiting(statements: number): Promise<void>;
  release(): Promise<void>;
}

/** Longer than anything waits for it. */
const HOLD_SECONDS = 60;

/** Holds the row of a project as another writer would, in a transaction that does not come to its end. */
export async function lockProject(projectId: string): Promise<RowLock> {
  neonConfig.fetchEndpoint = inject('variables')['NEON_FETCH_ENDPOINT'] ?? '';
  const client = neon(inject('stores').superuserUrl);
  const mark = `/* ${crypto.randomUUID()} */`;
  const held = client
    .transaction([
      client.query('select 1 from projects where id = $1 for update', [projectId]),
      client.query(`select pg_sleep(${HOLD_SECONDS}) ${mark}`),
    ])
    .catch(() => undefined);
  const holder = async () => {
    const found = await query<{ pid: number }>(
      `select pid from pg_stat_activity where state = 'active' and query = $1`,
      [`select pg_sleep(${HOLD_SECONDS}) ${mark}`],
    );
    return found[0]?.pid;
  };
  const pid = await vi.waitFor(
    async () => {
      const found = await holder();
      expect(found).toBeDefined();
      return found;
    },
    { timeout: 20_000 },
  );
  return {
    async untilWaiting(statements) {
      await vi.waitFor(
        async () => {
          const waiting = await query(
            'select 1 from pg_stat_activity where $1::integer = any(pg_blocking_pids(pid))',
            [pid],
          );
          expect(waiting).toHaveLength(statements);
        },
        { timeout: 20_000 },
      );
    },
    async release() {
      await query('select pg_terminate_backend($1)', [pid]);
      await held;
    },
  };
}
