import { describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { addMember, countRows, sqlAsSuperuser } from '../helpers/sql.ts';

const PATH = '/v1/projects';
const newKey = () => crypto.randomUUID();

async function countProjects(person: Person): Promise<number> {
  return await countRows('projects', 'created_by = $1 and deleted_at is null', [person.userId]);
}

async function countKeys(person: Person, key: string): Promise<number> {
  return await countRows('idempotency_keys', 'scope = $1 and key = $2', [person.userId, key]);
}

async function countActivity(person: Person, action: string): Promise<number> {
  return await countRows('activity_logs', 'actor_id = $1 and action = $2', [person.userId, action]);
}

function transactionOf(headers: Headers): bigint {
  const [, digits = ''] = /^1\.(\d+)$/.exec(headers.get('darkroom-bookmark') ?? '') ?? [];
  return BigInt(digits);
}

describe('an idempotency key', () => {
  it('makes a repeated request one effect with the same reply, marked as replayed', async () => {
    const ada = await signUp();
    const call = { body: { name: 'Birds' }, headers: { 'idempotency-key': newKey() } };
    const first = await ada.call(PATH, call);
    const second = await ada.call(PATH, call);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(first.headers.has('idempotent-replayed')).toBe(false);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await countProjects(ada)).toBe(1);
    expect(await countActivity(ada, 'project.created')).toBe(1);
  });

  it('repeats the first reply also when the project was changed or deleted since', async () => {
    const ada = await signUp();
    const call = { body: { name: 'Birds' }, headers: { 'idempotency-key': newKey() } };
    const first = await ada.call<{ id: string }>(PATH, call);
    const removal = { method: 'DELETE', headers: { 'idempotency-key': newKey() } };
    expect((await ada.call(`${PATH}/${first.body.id}`, removal)).status).toBe(204);
    const again = await ada.call(`${PATH}/${first.body.id}`, removal);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([204, 'true']);
    expect((await ada.call(PATH, call)).body).toEqual(first.body);
    expect(await countProjects(ada)).toBe(0);
  });

  it('makes parallel requests one effect, and all replies equal', async () => {
    const ada = await signUp();
    const call = { body: { name: 'Birds' }, headers: { 'idempotency-key': newKey() } };
    const replies = await Promise.all(Array.from({ length: 4 }, () => ada.call(PATH, call)));
    for (const reply of replies) expect([reply.status, reply.body]).toEqual([201, replies[0]?.body]);
    expect(replies.filter(({ headers }) => headers.has('idempotent-replayed'))).toHaveLength(3);
    expect(await countProjects(ada)).toBe(1);
  });

  it('is refused with another body, another path or another method', async () => {
    const ada = await signUp();
    const headers = { 'idempotency-key': newKey() };
    const first = await ada.call<{ id: string }>(PATH, { body: { name: 'Birds' }, headers });
    const path = `${PATH}/${first.body.id}`;
    const others = [
      await ada.call(PATH, { body: { name: 'Owls' }, headers }),
      await ada.call(path, { method: 'PATCH', body: { name: 'Birds' }, headers }),
      await ada.call(path, { method: 'DELETE', headers }),
    ];
    for (const reply of others) {
      expect(reply).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused', errors: [{ path: 'header.idempotency-key' }] },
      });
    }
    expect((await ada.call(path)).body).toEqual(first.body);
  });

  it.each(['', ' ', 'two words', 'ü', 'x'.repeat(201)])('is refused when it is %j', async (key) => {
    const ada = await signUp();
    const reply = await ada.call(PATH, { body: { name: 'Birds' }, headers: { 'idempotency-key': key } });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: 'header.idempotency-key' }] } });
    expect(await countProjects(ada)).toBe(0);
  });

  it('of one person says nothing about the same key of another', async () => {
    const [ada, ben] = [await signUp(), await signUp()];
    const call = { body: { name: 'Birds' }, headers: { 'idempotency-key': newKey() } };
    const [hers, his] = [
      await ada.call<{ id: string }>(PATH, call),
      await ben.call<{ id: string }>(PATH, call),
    ];
    expect(his.status).toBe(201);
    expect(his.headers.has('idempotent-replayed')).toBe(false);
    expect(his.body.id).not.toBe(hers.body.id);
  });

  it('of a sign-up opens a session again, for the first cookie may never have arrived', async () => {
    const body = { email: `${newKey()}@test.example`, password: 'correct horse battery', name: 'Ada' };
    const call = { body, headers: { 'idempotency-key': newKey() } };
    const [first, second] = [createClient(), createClient()];
    const made = await first.call<{ user: { id: string } }>('/v1/auth/sign-up', call);
    const again = await second.call('/v1/auth/sign-up', call);
    expect([again.status, again.body]).toEqual([201, made.body]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(second.cookie).not.toBe(first.cookie);
    expect((await second.call('/v1/profile')).body).toEqual(made.body['user']);
    const other = { body: { ...body, password: 'another password' }, headers: call.headers };
    const refused = await createClient().call('/v1/auth/sign-up', other);
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.headers.has('set-cookie')).toBe(false);
  });
});

describe('a reply that is lost after the commit', () => {
  it('is 503 and retryable, and the same key then tells that the write took effect, once', async () => {
    const neon = await openFaultyStore('neon');
    const ada = await signUp();
    // From here on the session is in the cache, so that the write is the only thing asked of Postgres.
    await createProject(ada, 'First');
    await ada.call(PATH);
    const call = { body: { name: 'Birds' }, headers: { 'idempotency-key': newKey() } };
    await neon.set('lose-reply');
    const lost = await ada.call(PATH, { ...call, variables: neon.variables });
    expect(lost).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } });
    expect(lost.headers.get('retry-after')).toBe('1');
    const [committed] = await sqlAsSuperuser<{ id: string }>(
      `select id from projects where created_by = $1 and name = 'Birds'`,
      [ada.userId],
    );

    const again = await ada.call<{ id: string }>(PATH, call);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toMatchObject({ id: committed?.id, name: 'Birds' });
    expect(await countProjects(ada)).toBe(2);
    expect(await countActivity(ada, 'project.created')).toBe(2);
  });

  it('without a commit leaves the key free', async () => {
    const neon = await openFaultyStore('neon');
    const ada = await signUp();
    await createProject(ada, 'First');
    const key = newKey();
    const call = { body: { name: 'Birds' }, headers: { 'idempotency-key': key } };
    await neon.set('reset');
    expect((await ada.call(PATH, { ...call, variables: neon.variables })).status).toBe(503);
    expect(await countKeys(ada, key)).toBe(0);
    const again = await ada.call(PATH, call);
    expect([again.status, again.headers.has('idempotent-replayed')]).toEqual([201, false]);
  });
});

describe('a write', () => {
  it('leaves an activity row with the request id, in the same transaction', async () => {
    const ada = await signUp();
    const headers = { 'x-request-id': `test-${newKey()}` };
    const { body } = await ada.call<{ id: string }>(PATH, { body: { name: 'Birds' }, headers });
    const change = { method: 'PATCH', body: { name: 'Owls' }, headers };
    await ada.call(`${PATH}/${body.id}`, change);
    const rows = await sqlAsSuperuser(
      `select a.action, a.project_id, a.subject_id, a.actor_id, a.data, a.xmin = p.xmin as together
       from activity_logs a left join projects p on p.id = a.project_id where a.request_id = $1 order by a.id`,
      [headers['x-request-id']],
    );
    const common = { project_id: body.id, subject_id: body.id, actor_id: ada.userId };
    expect(rows).toEqual([
      { ...common, action: 'project.created', data: {}, together: false },
      { ...common, action: 'project.changed', data: { name: 'Owls' }, together: true },
    ]);
  });

  it('leaves an outbox row with the request id, which is done after the reply', async () => {
    const ada = await signUp();
    const headers = { 'x-request-id': `test-${newKey()}` };
    await ada.call('/v1/auth/sign-out', { method: 'POST', headers });
    const rows = await sqlAsSuperuser(
      `select topic, attempts, done_at is not null as done, available_at > now() as "isHeld"
       from outbox where request_id = $1`,
      [headers['x-request-id']],
    );
    // By this request, for which cron leaves it alone.
    expect(rows).toEqual([{ topic: 'sessions.revoked', attempts: 0, done: true, isHeld: true }]);
  });

  it('that fails leaves no key, no activity and no outbox row, and the key may be used again', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const project = await createProject(ada);
    await addMember(project, eve.userId, 'viewer');
    const requestId = `test-${newKey()}`;
    const key = newKey();
    const headers = { 'x-request-id': requestId, 'idempotency-key': key };
    const failing = [
      await eve.call(`${PATH}/${project}`, { method: 'PATCH', body: { name: 'Hers' }, headers }),
      await eve.call(`${PATH}/${newId('prj')}`, { method: 'DELETE', headers }),
      await eve.call(`/v1/sessions/${newId('ses')}`, { method: 'DELETE', headers }),
    ];
    expect(failing.map(({ status }) => status)).toEqual([403, 404, 404]);
    for (const reply of failing) expect(reply.headers.has('darkroom-bookmark')).toBe(false);
    expect(await countKeys(eve, key)).toBe(0);
    expect(await countRows('activity_logs', 'request_id = $1', [requestId])).toBe(0);
    expect(await countRows('outbox', 'request_id = $1', [requestId])).toBe(0);
    expect((await eve.call(PATH, { body: { name: 'Mine' }, headers })).status).toBe(201);
  });

  it('names a bookmark that grows with every write, and a read names none', async () => {
    const ada = await signUp();
    const one = await ada.call<{ id: string }>(PATH, { body: { name: 'One' } });
    const two = await ada.call(`${PATH}/${one.body.id}`, { method: 'PATCH', body: { name: 'Two' } });
    expect(transactionOf(two.headers)).toBeGreaterThan(transactionOf(one.headers));
    expect((await ada.call(PATH)).headers.has('darkroom-bookmark')).toBe(false);
  });

  it('that waits for a row longer than the lock timeout says so, and can be repeated', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const holding = sqlAsSuperuser(
      `with held as (select id from projects where id = $1 for update) select pg_sleep(2.8) from held`,
      [project],
    );
    const call = { method: 'PATCH', body: { name: 'Owls' }, headers: { 'idempotency-key': newKey() } };
    await expect
      .poll(() => countRows('pg_stat_activity', `query like 'with held%' and state = 'active'`, []))
      .toBe(1);
    const waited = await ada.call(`${PATH}/${project}`, call);
    expect(waited).toMatchObject({ status: 409, body: { code: 'idempotency_in_progress', retryable: true } });
    await holding;
    expect((await ada.call(`${PATH}/${project}`, call)).status).toBe(200);
  });
});
