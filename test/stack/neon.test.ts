import http from 'node:http';
import { neon, neonConfig } from '@neondatabase/serverless';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNeonGateway, type NeonGateway } from '../../dev/neon/index.ts';
import { poll } from '../../dev/process/poll.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

describe('the Neon gateway', { timeout: 20_000 }, () => {
  let database: TestDatabase;
  let gateway: NeonGateway;
  let client: pg.Client;

  beforeAll(async () => {
    database = await openTestDatabase({ isEmpty: true });
    gateway = await startNeonGateway();
    neonConfig.fetchEndpoint = `${gateway.url}/sql`;
    client = new pg.Client(database.ownerUrl);
    await client.connect();
    await client.query('create table numbers (n integer primary key)');
  }, 40_000);
  afterAll(async () => {
    await client?.end();
    await gateway?.close();
    await database?.close();
  });

  const count = async (n: number) => (await client.query('select 1 from numbers where n = $1', [n])).rowCount;

  it('answers a tagged query with typed values', async () => {
    const sql = neon(database.ownerUrl);
    expect(await sql`select ${7}::int as seven, ${null}::text as nothing`).toEqual([
      { seven: 7, nothing: null },
    ]);
  });

  it('runs a batch in one transaction of the isolation asked for', async () => {
    const sql = neon(database.ownerUrl);
    const [, level] = await sql.transaction(
      [sql`insert into numbers values (1)`, sql`select current_setting('transaction_isolation') as level`],
      { isolationLevel: 'Serializable' },
    );
    expect(level).toEqual([{ level: 'serializable' }]);
    expect(await count(1)).toBe(1);
  });

  it('refuses a write in a read-only batch with 25006', async () => {
    const sql = neon(database.ownerUrl);
    const batch = sql.transaction([sql`insert into numbers values (2)`], { readOnly: true });
    await expect(batch).rejects.toMatchObject({ code: '25006' });
  });

  it('rolls back a batch that fails and names the constraint', async () => {
    const sql = neon(database.ownerUrl);
    const batch = sql.transaction([sql`insert into numbers values (3)`, sql`insert into numbers values (3)`]);
    await expect(batch).rejects.toMatchObject({
      code: '23505',
      constraint: 'numbers_pkey',
      severity: 'ERROR',
    });
    expect(await count(3)).toBe(0);
  });

  it('leaves no setting behind for the next query on the connection', async () => {
    const sql = neon(database.ownerUrl);
    await sql`select set_config('app.actor', 'mallory', false)`;
    for (let i = 0; i < 5; i++) {
      expect(await sql`select coalesce(current_setting('app.actor', true), '') as actor`).toEqual([
        { actor: '' },
      ]);
    }
  });

  it('leaves no transaction open for the next query on the connection', async () => {
    const sql = neon(database.ownerUrl);
    await sql`begin`;
    await sql`insert into numbers values (5)`;
    expect(await count(5)).toBe(1);
  });

  it('rolls back when the caller disconnects in the middle of a batch', async () => {
    const request = http.request(`${gateway.url}/sql`, {
      method: 'POST',
      headers: { 'neon-connection-string': database.ownerUrl, 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    const queries = ['insert into numbers values (4)', 'select pg_sleep(60)'].map((query) => ({
      query,
      params: [],
    }));
    request.end(JSON.stringify({ queries }));
    const active = async () =>
      (
        await client.query(
          "select 1 from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'",
        )
      ).rowCount;
    expect(await poll(async () => ((await active()) === 1 ? true : undefined), 5_000)).toBe(true);
    request.destroy();
    expect(await poll(async () => ((await active()) === 0 ? true : undefined), 5_000)).toBe(true);
    expect(await count(4)).toBe(0);
  });

  it('reaches no host but this machine', async () => {
    const sql = neon('postgres://someone:secret@db.example.com/darkroom');
    await expect(sql`select 1`).rejects.toMatchObject({ code: '08001' });
  });

  it.each([
    ['a page in a browser', { origin: 'http://evil.example' }],
    ['a page of this machine', { origin: 'http://127.0.0.1:8787' }],
    ['a page without an origin', { origin: 'null' }],
    ['a name that was made to point here', { host: 'evil.example' }],
  ])('answers no query and opens no tunnel for %s', async (_caller, headers: Record<string, string>) => {
    const socket = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', ...socket };
    const tunnel = `/v2?address=127.0.0.1:${database.port}`;
    const query = { 'neon-connection-string': database.ownerUrl, 'content-type': 'application/json' };
    for (const [path, method, more] of [
      [tunnel, 'GET', upgrade],
      ['/sql', 'POST', query],
      ['/', 'GET', {}],
    ] as const) {
      const reply = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const request = http.request(`${gateway.url}${path}`, { method, headers: { ...more, ...headers } });
        request.on('error', reject);
        request.on('upgrade', () => resolve({ status: 101, body: '' }));
        request.on('response', (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode, body }));
        });
        request.end(method === 'POST' ? '{"query":"select 1"}' : undefined);
      });
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.body)).toEqual({ message: expect.stringMatching(/refused|only loopback/) });
    }
  });
});
