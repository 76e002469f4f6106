import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { watchReplica } from '../../src/cron/watch-replica.ts';
import { parseConfig } from '../../src/env.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices } from '../../src/services.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { createJob, importImages } from '../helpers/crawl.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { findReadiness } from '../helpers/readiness.ts';
import { problemOf } from '../helpers/problem.ts';
import { sqlAsSuperuser } from '../helpers/sql.ts';
import { picture, upload } from '../helpers/uploads.ts';

/** A machine that is busy lets even a good replica lose to the primary now and then. */
const RECOVERY_MS = 60_000;
const FUTURE = '1.999999999999';

interface Batch {
  /** Host and port. */
  server: string;
  isReadOnly: boolean;
  statements: string[];
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** Lists what is sent to the databases from now on; everything is passed on. */
function watchDatabases(): Batch[] {
  const batches: Batch[] = [];
  const send = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const headers = new Headers(init?.headers);
    const server = headers.get('neon-connection-string');
    if (server !== null) {
      const body = JSON.parse(String(init?.body)) as { queries?: { query: string }[] };
      batches.push({
        server: new URL(server).host,
        isReadOnly: headers.get('neon-batch-read-only') === 'true',
        statements: (body.queries ?? []).map(({ query }) => query),
      });
    }
    return await send(input, init);
  });
  return batches;
}

const hostOf = (variables: Record<string, string>) => new URL(variables['DATABASE_REPLICA_URL'] ?? '').host;
/** By an address of the test's own: no other test has made the isolate leave it alone. */
const ownReplica = async () => (await openFaultyStore('replica')).variables;
const sentTo = (batches: Batch[], server: string) => batches.filter((batch) => batch.server === server);

/** One of everything that a person does. */
async function useEverything(ada: Person, variables: Record<string, string>): Promise<void> {
  const send = async (path: string, method = 'GET', body?: object) =>
    await ada.send(path, { method, variables, isUntold: true, ...(body && { body }) });
  const project = await createProject(ada);
  const image = (await upload(ada, project, await picture())).body.id;
  const job = await createJob(ada, project, ['/image/replica-1.jpg']);
  for (const path of [
    '',
    '/images',
    '/images/facets',
    '/jobs',
    '/members',
    '/invitations',
    '/bin/images',
    '/export',
  ])
    await (await send(`/v1/projects/${project}${path}`)).text();
  for (const path of ['', '/progress', '/items', '/sources', '/chunks']) await send(`/v1/jobs/${job}${path}`);
  for (const path of ['/v1/projects', '/v1/profile', '/v1/sessions', `/v1/images/${image}`]) await send(path);
  await send(`/v1/projects/${project}/room/ticket`, 'POST');
  await send(`/v1/projects/${project}/invitations`, 'POST', { role: 'viewer' });
  await send(`/v1/images/${image}`, 'PATCH', { revision: 0, review: 'keep' });
  await send(`/v1/jobs/${job}/start`, 'POST');
  await send(`/v1/images/${image}`, 'DELETE');
  await send(`/v1/projects/${project}`, 'PATCH', { name: 'Changed' });
  await send(`/v1/projects/${project}`, 'DELETE');
}

/** What a replica must not be sent: anything but a read, locks, and functions that do more than set up a read. */
async function findMisled(batches: Batch[]): Promise<string[]> {
  const rows = await sqlAsSuperuser<{ name: string }>(
    `select proname as name from pg_proc where pronamespace = 'app'::regnamespace and provolatile = 'v'`,
  );
  // They set what the policies go by, for their own transaction, and nothing else.
  const entrances = new Set(['enter', 'enter_read', 'enter_replica', 'enter_project']);
  const effective = rows.map(({ name }) => name).filter((name) => !entrances.has(name));
  const CHANGE =
    /\b(insert|update|delete|merge|for (no key )?(update|share)|nextval|setval|advisory|pg_current_xact_id)\b/i;
  return batches.flatMap(({ isReadOnly, statements }) =>
    statements.filter(
      (text) => !isReadOnly || CHANGE.test(text) || effective.some((name) => text.includes(`app.${name}(`)),
    ),
  );
}

describe('the replica', () => {
  it('is read by who has seen nothing yet, and sent no write, lock or function with an effect', async () => {
    const ada = await signUp();
    const variables = await ownReplica();
    const batches = watchDatabases();
    await useEverything(ada, variables);
    const sent = sentTo(batches, hostOf(variables));
    expect(sent.length).toBeGreaterThan(0);
    for (const { statements } of sent) expect(statements[0]).toContain('app.enter_replica');
    expect(await findMisled(sent)).toEqual([]);
  });

  it('would be noticed if it were sent what belongs to the primary', async () => {
    const ada = await signUp();
    const batches = watchDatabases();
    const variables = await ownReplica();
    await useEverything(ada, {
      DATABASE_URL: variables['DATABASE_REPLICA_URL'] ?? '',
      DATABASE_REPLICA_URL: '',
    });
    expect(await findMisled(sentTo(batches, hostOf(variables)))).not.toEqual([]);
  });
});

describe('a bookmark', () => {
  it('comes with a write, as a header and a short cookie, and comes back', async () => {
    const ada = await signUp();
    const reply = await ada.send('/v1/projects', { body: { name: 'Birds' } });
    const bookmark = reply.headers.get('darkroom-bookmark');
    expect(bookmark).toMatch(/^\d+\.\d+$/);
    expect(reply.headers.getSetCookie()).toEqual([
      `darkroom_bookmark=${bookmark}; Max-Age=180; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    const batches = watchDatabases();
    const variables = await ownReplica();
    await ada.send('/v1/projects', { isUntold: true, variables });
    const [first] = sentTo(batches, hostOf(variables));
    expect(first?.statements[0]).toContain('app.enter_replica');
    const { id } = await reply.json<{ id: string }>();
    const list = await ada.call<{ data: { id: string }[] }>('/v1/projects', { isUntold: true });
    expect(list.body.data.map((project) => project.id)).toContain(id);
  });

  it('is no cookie for a program', async () => {
    const { email, password } = await signUp();
    const program = createClient();
    const { body } = await program.call('/v1/auth/token', { body: { email, password } });
    const headers = { authorization: `Bearer ${String(body['accessToken'])}` };
    const reply = await program.send('/v1/projects', { body: { name: 'Birds' }, headers });
    expect([reply.status, reply.headers.getSetCookie()]).toEqual([201, []]);
    expect(reply.headers.get('darkroom-bookmark')).toMatch(/^\d+\.\d+$/);
  });

  it.each([
    '',
    '1',
    '1.',
    '.1',
    '0.1',
    '1.0',
    '1.-1',
    '1.1.1',
    '2147483648.1',
    `1.${'9'.repeat(20)}`,
    "1.1'--",
    'x',
  ])('is refused as a header when it is %j, and left aside as a cookie', async (text) => {
    const ada = await signUp();
    const headers = { 'darkroom-bookmark': text };
    expect(await problemOf('/v1/projects', { headers }, ada)).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ path: 'header.darkroom-bookmark' }],
    });
    ada.bookmarkCookie = `darkroom_bookmark=${encodeURIComponent(text)}`;
    expect((await ada.call('/v1/projects', { isUntold: true })).status).toBe(200);
  });

  it.each([FUTURE, '2147483647.1', `1.${'9'.repeat(19)}`])(
    'that nobody was given, such as %s, is answered by the primary, with one that is',
    async (forged) => {
      const ada = await signUp();
      const reply = await ada.call('/v1/projects', { headers: { 'darkroom-bookmark': forged } });
      expect(reply.status).toBe(200);
      const given = reply.headers.get('darkroom-bookmark') ?? '';
      expect(given).toMatch(/^1\.\d{1,9}$/);
    },
  );

  it.each(['replica', 'primary', 'write'])(
    'that nobody was given leaves the cookie with the first %s',
    async (first) => {
      const ada = await signUp();
      const project = await createProject(ada);
      const variables = first === 'primary' ? { DATABASE_REPLICA_URL: '' } : await ownReplica();
      const call = { variables, isUntold: true };
      ada.bookmarkCookie = `darkroom_bookmark=${FUTURE}`;
      const change = { ...call, method: 'PATCH', body: { name: 'Owls' } };
      const reply = await ada.call(`/v1/projects/${project}`, first === 'write' ? change : call);
      expect(reply.status).toBe(200);
      expect(ada.bookmarkCookie).toBe(`darkroom_bookmark=${reply.headers.get('darkroom-bookmark')}`);
      expect(ada.bookmarkCookie).toMatch(/=1\.\d{1,9}$/);
    },
  );

  it('that nobody was given leads one read past the cache, and not what follows it', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const cached = async (bookmark: string) => {
      const headers = { 'darkroom-bookmark': bookmark };
      const reply = await ada.call(`/v1/projects/${project}`, { isUntold: true, headers });
      return {
        status: reply.headers.get('cache-status'),
        next: reply.headers.get('darkroom-bookmark') ?? bookmark,
      };
    };
    const { next } = await cached(FUTURE);
    await expect.poll(async () => (await cached(next)).status, { timeout: 10_000 }).toContain('hit');
  });
});

describe('the lag of the replica', () => {
  const watch = async (variables: Record<string, string>) => {
    const parsed = parseConfig({ ...env, ...variables });
    if (!parsed.ok) throw new Error('the stack is configured');
    return await watchReplica(createServices(parsed.config, openScope('test')));
  };

  it('is measured by cron and shown by readiness; of one that does not answer it is unknown', async () => {
    const lagMs = await watch({});
    expect(lagMs).toBeGreaterThanOrEqual(0);
    const shown = { lagMs, measuredAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown };
    await findReadiness({ body: { replicaLag: shown } });
    const replica = await openFaultyStore('replica');
    await replica.set('reset');
    expect(await watch(replica.variables)).toBeNull();
    await findReadiness({ body: { replicaLag: { lagMs: null } } });
    await watch({});
  });
});

describe('without a replica', () => {
  it('everything is read from the primary, reads give no bookmark, and readiness does not miss it', async () => {
    const ada = await signUp();
    const variables = { DATABASE_REPLICA_URL: '' };
    const batches = watchDatabases();
    const reply = await ada.call('/v1/projects', { variables });
    expect([reply.status, reply.headers.get('darkroom-bookmark')]).toEqual([200, null]);
    expect(sentTo(batches, hostOf(inject('variables')))).toEqual([]);
    await findReadiness(
      { status: 200, body: { status: 'ready', replicaLag: null, parts: { replica: { state: 'absent' } } } },
      variables,
    );
  });
});

describe.each(['reset', 'black-hole', 'garbage'] as const)('a replica that shows the fault %s', (fault) => {
  it('is routed around, left alone after a few reads, and used again when it is back', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const replica = await openFaultyStore('replica');
    const { variables } = replica;
    await replica.set(fault);
    for (let read = 0; read < 3; read++)
      expect((await ada.call(`/v1/projects/${project}/images`, { variables })).status).toBe(200);
    const batches = watchDatabases();
    const server = hostOf(variables);
    for (let read = 0; read < 5; read++)
      expect((await ada.call(`/v1/projects/${project}/images`, { variables })).status).toBe(200);
    expect(sentTo(batches, server).length).toBeLessThanOrEqual(1);
    await findReadiness(
      {
        status: 200,
        body: { status: 'degraded', parts: { replica: { state: 'down' }, primary: { state: 'ok' } } },
      },
      variables,
    );
    await replica.set('ok');
    const isBack = async () => {
      batches.length = 0;
      const call = { variables, isUntold: true, headers: { 'darkroom-bookmark': '1.1' } };
      await ada.call(`/v1/projects/${project}/images`, call);
      return batches.length === 1 && batches[0]?.server === server;
    };
    const deadline = Date.now() + RECOVERY_MS;
    while (!(await isBack())) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
});

describe.each(['reset', 'black-hole', 'garbage'] as const)('a primary that shows the fault %s', (fault) => {
  it('leaves what the replica has, and is not written to; what may be old says so', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    await importImages(ada, project, ['/image/replica-2.jpg']);
    // Known to Redis from here on.
    await ada.call('/v1/projects');
    const primary = await openFaultyStore('primary');
    const { variables } = primary;
    await primary.set(fault);
    const current = await ada.call(`/v1/projects/${project}`, {
      variables,
      isUntold: true,
      headers: { 'darkroom-bookmark': '1.1' },
    });
    expect([current.status, current.body]).toMatchObject([200, { id: project }]);
    const headers = { 'darkroom-bookmark': FUTURE };
    const stale = await ada.call(`/v1/projects/${project}`, { variables, headers });
    expect([stale.status, stale.headers.get('darkroom-freshness')]).toEqual([200, 'stale']);
    expect(stale.headers.get('darkroom-bookmark')).toBeNull();
    const [refused, missing] = await Promise.all([
      problemOf(`/v1/projects/${project}`, { method: 'PATCH', body: { name: 'x' }, variables }, ada),
      problemOf('/v1/projects/prj_00000000000000000000000000', { variables, headers }, ada),
    ]);
    for (const { status, code } of [refused, missing]) expect([status, code]).toEqual([503, 'unavailable']);
  });
});
