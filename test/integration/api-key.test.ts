import { describe, expect, it, vi } from 'vitest';
import { type Call, createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { addMember, countRows, sqlAsSuperuser } from '../helpers/sql.ts';

interface Made {
  id: string;
  token: string;
  prefix: string;
  expiresAt: string | null;
}
interface Keys {
  data: { id: string; name: string; prefix: string; lastUsedAt: string | null }[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function makeKey(person: Person, more: object = {}): Promise<Made> {
  const body = { name: 'A program', scopes: ['read', 'write'], ...more };
  const reply = await person.call<Made & Record<string, unknown>>('/v1/api-keys', { body });
  expect(reply.status).toBe(201);
  return reply.body;
}

/** A request of a program that has the key and nothing else. */
async function sendWith(token: string, path: string, call: Call = {}): Promise<Response> {
  return await createClient().send(path, {
    ...call,
    headers: { authorization: `Bearer ${token}`, ...call.headers },
  });
}

/** Who may get at a project, and how. */
async function rightsIn(project: string): Promise<object> {
  return await sqlAsSuperuser(
    `select visibility::text, name, (select jsonb_object_agg(user_id, role) from project_members where project_id = p.id) as members,
      (select count(*) from invitations where project_id = p.id) as invitations from projects p where id = $1`,
    [project],
  );
}

describe('an API key', () => {
  it('is shown once, and of its secret only the SHA-256 is stored', async () => {
    const ada = await signUp();
    const reply = await ada.call<Made>('/v1/api-keys', { body: { name: ' Nightly ', scopes: ['read'] } });
    const { token, ...made } = reply.body;
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(token).toMatch(/^dk_live_[A-Za-z0-9_-]{43}$/);
    expect(made).toMatchObject({
      name: 'Nightly',
      prefix: token.slice(0, 12),
      scopes: ['read'],
      lastUsedAt: null,
    });
    expect(Date.parse(made.expiresAt ?? '') - Date.now()).toBeGreaterThan(89 * DAY_MS);
    const { body } = await ada.call<Keys>('/v1/api-keys');
    expect(body.data).toEqual([made]);
    const stored = await sqlAsSuperuser('select * from api_keys where user_id = $1', [ada.userId]);
    expect(JSON.stringify(stored)).not.toContain(token.slice(12));
    const kept = await sqlAsSuperuser('select * from idempotency_keys where scope = $1', [ada.userId]);
    expect(JSON.stringify(kept)).not.toContain('dk_live_');
  });

  it('speaks for its owner', async () => {
    const ada = await signUp();
    const { token } = await makeKey(ada);
    const profile = await sendWith(token, '/v1/profile');
    expect(await profile.json()).toMatchObject({ id: ada.userId });
    const created = await sendWith(token, '/v1/projects', { body: { name: 'By a program' } });
    expect(created.status).toBe(201);
    const { id } = await created.json<{ id: string }>();
    expect((await ada.call(`/v1/projects/${id}`)).body).toMatchObject({ role: 'owner' });
    expect(await countRows('activity_logs', 'subject_id = $1 and actor_id = $2', [id, ada.userId])).toBe(1);
  });

  it('sees nothing of another tenant', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const projectId = await createProject(ada);
    const { token } = await makeKey(eve);
    expect((await sendWith(token, `/v1/projects/${projectId}`)).status).toBe(404);
  });

  it('repeats a write under its Idempotency-Key as its owner would', async () => {
    const ada = await signUp();
    const { token } = await makeKey(ada);
    const call = { body: { name: 'Once' }, headers: { 'idempotency-key': crypto.randomUUID() } };
    const first = await (await sendWith(token, '/v1/projects', call)).json();
    const second = await sendWith(token, '/v1/projects', call);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await second.json()).toEqual(first);
  });

  it.each([
    ['read', 'GET', 200],
    ['read', 'POST', 403],
    ['write', 'GET', 403],
    ['write', 'POST', 201],
  ])('with the scope %s alone answers a %s with %s', async (scope, method, status) => {
    const { token } = await makeKey(await signUp(), { scopes: [scope] });
    const body = method === 'POST' ? { body: { name: 'Mine' } } : {};
    const response = await sendWith(token, '/v1/projects', { method, ...body });
    expect(response.status).toBe(status);
    if (status === 403)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_scope"/);
  });

  it.each([
    ['GET', '/v1/api-keys'],
    ['POST', '/v1/api-keys', { name: 'Another', scopes: ['read'] }],
    ['GET', '/v1/sessions'],
    [
      'POST',
      '/v1/profile/password',
      { currentPassword: 'correct horse battery', newPassword: 'another one here' },
    ],
  ])('may not %s %s, which is for persons', async (method, path, body?: object) => {
    const { token } = await makeKey(await signUp());
    const headers = { authorization: `Bearer ${token}` };
    expect(await problemOf(path, { method, headers, ...(body && { body }) })).toMatchObject({
      code: 'forbidden',
    });
  });

  it.each([
    ['POST', 'invitations', { role: 'owner' }],
    ['DELETE', 'invitations/{invitation}'],
    ['PATCH', 'members/{other}', { role: 'owner' }],
    ['DELETE', 'members/{other}'],
    ['DELETE', 'members/{owner}'],
    ['PATCH', '', { visibility: 'public' }],
    ['PATCH', '', { name: 'Hidden in it', visibility: 'private' }],
  ])(
    "of an owner decides about nobody's rights: %s /v1/projects/{project}/%s %j",
    async (method, path, body?) => {
      const [ada, ben, eve] = [await signUp('Ada'), await signUp('Ben'), await signUp('Eve')];
      const project = await createProject(ada);
      await addMember(project, ben.userId, 'viewer');
      await addMember(project, eve.userId, 'owner');
      const invited = await ada.call<{ id: string }>(`/v1/projects/${project}/invitations`, {
        body: { role: 'viewer' },
      });
      const { token } = await makeKey(ada);
      const named = path
        .replace('{invitation}', invited.body.id)
        .replace('{other}', ben.userId)
        .replace('{owner}', ada.userId);
      const before = await rightsIn(project);
      const response = await sendWith(token, `/v1/projects/${project}/${named}`.replace(/\/$/, ''), {
        method,
        ...(body && { body }),
      });
      expect([response.status, await response.json()]).toMatchObject([403, { code: 'forbidden' }]);
      expect(await rightsIn(project)).toEqual(before);
    },
  );

  it('does not join a project', async () => {
    const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
    const project = await createProject(ada);
    const path = `/v1/projects/${project}/invitations`;
    const { body } = await ada.call<{ token: string }>(path, { body: { role: 'owner' } });
    const { token } = await makeKey(ben);
    const before = await rightsIn(project);
    expect((await sendWith(token, '/v1/invitations/accept', { body: { token: body.token } })).status).toBe(
      403,
    );
    expect(await rightsIn(project)).toEqual(before);
  });

  it('changes what is in a project, and reads who is', async () => {
    const ada = await signUp('Ada');
    const project = await createProject(ada);
    const { token } = await makeKey(ada);
    const renamed = await sendWith(token, `/v1/projects/${project}`, {
      method: 'PATCH',
      body: { name: 'Owls' },
    });
    expect(renamed.status).toBe(200);
    expect((await sendWith(token, `/v1/projects/${project}/members`)).status).toBe(200);
    expect((await sendWith(token, `/v1/projects/${project}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('is refused at once when it is revoked, and leaves a trace', async () => {
    const ada = await signUp();
    const { id, token } = await makeKey(ada);
    expect((await sendWith(token, '/v1/profile')).status).toBe(200);
    expect((await ada.call(`/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(204);
    const refused = await sendWith(token, '/v1/profile');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect((await ada.call(`/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(404);
    const actions = await sqlAsSuperuser(
      'select action from activity_logs where subject_id = $1 order by id',
      [id],
    );
    expect(actions).toEqual([{ action: 'api_key.created' }, { action: 'api_key.revoked' }]);
  });

  it("cannot be revoked by somebody else's session", async () => {
    const ada = await signUp();
    const { id, token } = await makeKey(ada);
    const eve = await signUp();
    expect((await eve.call(`/v1/api-keys/${id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await sendWith(token, '/v1/profile')).status).toBe(200);
  });

  it('ends when it expires; without an end it does not', async () => {
    const ada = await signUp();
    const forever = await makeKey(ada, { expiresInDays: null });
    expect(forever.expiresAt).toBeNull();
    const { id, token } = await makeKey(ada, { expiresInDays: 1 });
    await sqlAsSuperuser(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [id]);
    expect((await sendWith(token, '/v1/profile')).status).toBe(401);
    expect((await sendWith(forever.token, '/v1/profile')).status).toBe(200);
  });

  it('says when it was last used', async () => {
    const ada = await signUp();
    const { token } = await makeKey(ada);
    await sendWith(token, '/v1/profile');
    const { data } = (await ada.call<Keys>('/v1/api-keys')).body;
    expect(Date.now() - Date.parse(data[0]?.lastUsedAt ?? '')).toBeLessThan(60_000);
  });

  it('is held to its own limit from the second request on, and to its plan if that is less', async () => {
    const ada = await signUp();
    const few = await makeKey(ada, { requestsPerMinute: 3 });
    // A new minute in the middle of it would let more through.
    await vi.waitUntil(() => Date.now() % 60_000 < 50_000, { timeout: 15_000 });
    const replies = [];
    const logged = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    for (let count = 0; count < 4; count++) replies.push(await sendWith(few.token, '/v1/profile'));
    const lines = logged.mock.calls.flat().map((line): unknown => JSON.parse(String(line)));
    logged.mockRestore();
    const whose = { actor: ada.userId, apiKey: few.id, status: 429, refusedBy: 'api-key' };
    expect(lines).toContainEqual(expect.objectContaining(whose));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(replies[1]?.headers.get('ratelimit-policy')).toBe('"api-key";q=3;w=60');
    expect(replies[1]?.headers.get('ratelimit')).toMatch(/^"api-key";r=1;t=\d+$/);
    const many = await makeKey(ada, { requestsPerMinute: 1_000_000 });
    const reply = await sendWith(many.token, '/v1/profile');
    expect(reply.headers.get('ratelimit-policy')).toBe('"api-key";q=6000;w=60');
  });

  it.each([
    [{ scopes: [] }, 'body.scopes'],
    [{ scopes: ['read', 'read'] }, 'body.scopes'],
    [{ scopes: ['admin'] }, 'body.scopes.0'],
    [{ name: ' ' }, 'body.name'],
    [{ expiresInDays: 366 }, 'body.expiresInDays'],
    [{ requestsPerMinute: 0 }, 'body.requestsPerMinute'],
    [{ token: 'dk_live_mine' }, 'body'],
  ])('is not made of %j', async (wrong, path) => {
    const body = { name: 'A program', scopes: ['read'], ...wrong };
    const problem = await problemOf('/v1/api-keys', { body }, await signUp());
    expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });

  it('is one of fifty at most, also when many are made at once', async () => {
    const ada = await signUp();
    await sqlAsSuperuser(
      `insert into api_keys (id, user_id, name, token_hash, display_prefix, scopes)
       select 'key_' || $1 || n, $1, 'Old', sha256(convert_to($1 || n, 'UTF8')), 'dk_live_', '{read}'
       from generate_series(1, 48) n`,
      [ada.userId],
    );
    const body = { name: 'More', scopes: ['read'] };
    const replies = await Promise.all(Array.from({ length: 5 }, () => ada.call('/v1/api-keys', { body })));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ state: 'api_key_limit' });
  });

  it('is made by nobody who is not signed in', async () => {
    const problem = await problemOf('/v1/api-keys', { body: { name: 'Mine', scopes: ['read'] } });
    expect(problem.code).toBe('unauthenticated');
  });
});
