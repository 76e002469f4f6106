import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asker, ASKERS, FIXTURE, type Probe } from './policy-fixture.ts';
import { PROBES } from './policy-probes.ts';
import { openTestDatabase, type TestDatabase } from '../helpers/test-database.ts';

/** Tables without anybody's data, which therefore need no policy. */
const WITHOUT_POLICIES = [
  'cron_runs',
  'database_epoch',
  'platform_state',
  'replication',
  'schema_migrations',
];
const DEPLOYED_ROLES = ['darkroom_app', 'darkroom_service'];

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await openTestDatabase();
  client = database.superuser;
  await client.query(FIXTURE);
});

afterAll(async () => await database?.close());

/** Runs `work` in a transaction that is rolled back, so that no probe sees what another one did. */
async function inVain<T>(work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

/** The outcome of one probe for one asker, as the migrations' comments name it. Needs the savepoint `probe`. */
async function ask(asker: Asker, sql: string): Promise<number | string> {
  const { role, actor, tenant, scope } = ASKERS[asker];
  await client.query(`rollback to savepoint probe; set local role ${role};
    select set_config('app.actor', '${actor}', true), set_config('app.tenant', '${tenant}', true),
      set_config('app.scope', '${scope}', true)`);
  try {
    const result = await client.query(sql);
    return result.rowCount ?? 0;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code === 'DK001') return error.message;
    if (error.code !== '42501') return `${error.code}: ${error.message}`;
    return error.message.includes('row-level security') ? 'refused' : 'denied';
  }
}

async function outcomesOf({ sql, expected }: Probe): Promise<Record<string, number | string>> {
  const outcomes: Record<string, number | string> = {};
  for (const asker of Object.keys(expected) as Asker[]) outcomes[asker] = await ask(asker, sql);
  return outcomes;
}

/** A probe whose outcome is not the expected one, or null. Those that name the table, which are likely to, come first. */
async function findDifference(table: string): Promise<string | null> {
  await client.query('savepoint probe');
  const isNamed = ({ sql }: Probe) => sql.includes(table);
  const probes = [...PROBES.filter(isNamed), ...PROBES.filter((probe) => !isNamed(probe))];
  for (const { sql, expected } of probes) {
    for (const asker of Object.keys(expected) as Asker[]) {
      const outcome = await ask(asker, sql);
      if (outcome !== expected[asker]) return `${asker}: ${sql} -> ${outcome}`;
    }
  }
  return null;
}

interface Policy {
  name: string;
  table: string;
  using: string | null;
  check: string | null;
}

async function listPolicies(): Promise<Policy[]> {
  const { rows } = await client.query<Policy>(
    `select policyname as name, tablename as table, qual as using, with_check as check
     from pg_policies where schemaname = 'public' order by tablename, policyname`,
  );
  return rows;
}

describe('the deployed roles', () => {
  it('neither bypass row security nor are superusers, and belong to no other role', async () => {
    const { rows } = await client.query(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
         (select count(*)::integer from pg_auth_members m where m.member = r.oid) as memberships
       from pg_roles r where rolname = any($1) order by rolname`,
      [DEPLOYED_ROLES],
    );
    const plain = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      memberships: 0,
    };
    expect(rows).toEqual(DEPLOYED_ROLES.map((rolname) => ({ rolname, ...plain })));
  });

  it('own nothing', async () => {
    const { rows } = await client.query(
      `select rolname, classid::regclass, objid from pg_shdepend d join pg_roles r on r.oid = d.refobjid
       where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and rolname = any($1)`,
      [DEPLOYED_ROLES],
    );
    expect(rows).toEqual([]);
  });
});

describe('row security', () => {
  it("is enabled and forced on every table that holds anybody's data", async () => {
    const { rows } = await client.query<{ name: string; secured: boolean }>(
      `select relname as name, relrowsecurity and relforcerowsecurity as secured
       from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`,
    );
    expect(rows.length).toBeGreaterThan(WITHOUT_POLICIES.length);
    expect(rows.filter(({ secured }) => !secured).map(({ name }) => name)).toEqual(WITHOUT_POLICIES);
  });

  it('has no view or function around it that runs with more rights than it was written for', async () => {
    const { rows } = await client.query(
      `select proname from pg_proc where pronamespace = 'app'::regnamespace and prosecdef
       and (proconfig is null or not exists (select from unnest(proconfig) c where c like 'search\\_path=%pg\\_temp'))`,
    );
    expect(rows).toEqual([]);
    const views = await client.query(`select from pg_views where schemaname in ('public', 'app')`);
    expect(views.rowCount).toBe(0);
  });
});

describe('the policy matrix', () => {
  it.each(PROBES)('gives every role what it may have of: $sql', async (probe) => {
    const outcomes = await inVain(async () => {
      await client.query('savepoint probe');
      return await outcomesOf(probe);
    });
    expect(outcomes).toEqual(probe.expected);
  });

  it('notices every policy that is dropped', async () => {
    const unnoticed: string[] = [];
    const policies = await listPolicies();
    expect(policies.length).toBeGreaterThan(40);
    for (const { name, table } of policies) {
      const difference = await inVain(async () => {
        await client.query(`drop policy ${name} on ${table}`);
        return await findDifference(table);
      });
      if (difference === null) unnoticed.push(name);
    }
    expect(unnoticed).toEqual([]);
  });

  it('notices every policy that is widened to all rows', async () => {
    const unnoticed: string[] = [];
    for (const { name, table, using, check } of await listPolicies()) {
      const clauses = [
        ...(using !== null && using !== 'true' ? ['using (true)'] : []),
        ...(check !== null && check !== 'true' ? ['with check (true)'] : []),
      ];
      if (clauses.length === 0) continue;
      const difference = await inVain(async () => {
        await client.query(`alter policy ${name} on ${table} ${clauses.join(' ')}`);
        return await findDifference(table);
      });
      if (difference === null) unnoticed.push(name);
    }
    expect(unnoticed).toEqual([]);
  });
});
