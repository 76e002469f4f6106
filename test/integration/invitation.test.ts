import { describe, expect, it } from 'vitest';
import { hashToken } from '../../src/domain/account/session-token.ts';
import { newId } from '../../src/lib/id.ts';
import {
  type Client,
  createClient,
  createProject,
  type Person,
  type Reply,
  signUp,
} from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { addMember, countRows, sqlAsSuperuser } from '../helpers/sql.ts';

interface Made {
  id: string;
  role: string;
  token: string;
  expiresAt: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function invite(person: Client, projectId: string, body: object = { role: 'editor' }): Promise<Made> {
  const reply = await person.call<Made>(`/v1/projects/${projectId}/invitations`, { body });
  expect(reply.status).toBe(201);
  return reply.body;
}

async function startProject(): Promise<{ ada: Person; project: string; path: string }> {
  const ada = await signUp('Ada');
  const project = await createProject(ada, 'Birds');
  return { ada, project, path: `/v1/projects/${project}/invitations` };
}

function look(person: Client, token: string): Promise<Reply> {
  return person.call('/v1/invitations/look', { body: { token } });
}

function accept(person: Client, token: string): Promise<Reply> {
  return person.call('/v1/invitations/accept', { body: { token } });
}

async function roleOf(project: string, person: Person): Promise<string | null> {
  const [row] = await sqlAsSuperuser<{ role: string }>(
    'select role::text from project_members where project_id = $1 and user_id = $2',
    [project, person.userId],
  );
  return row?.role ?? null;
}

async function expire(id: string): Promise<void> {
  await sqlAsSuperuser(`update invitations set expires_at = now() - interval '1 second' where id = $1`, [id]);
}

describe('an invitation', () => {
  it('is made by an owner, with a token that is shown once and stored as its hash', async () => {
    const { ada, project, path } = await startProject();
    const reply = await ada.call<Made>(path, { body: { role: 'reviewer', expiresInDays: 2 } });
    expect(reply).toMatchObject({
      status: 201,
      body: {
        role: 'reviewer',
        createdBy: { id: ada.userId, name: 'Ada' },
        usedAt: null,
        usedBy: null,
        token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      },
    });
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(Date.parse(reply.body.expiresAt) - Date.now()).toBeGreaterThan(2 * DAY_MS - 60_000);
    const { token, ...shown } = reply.body;
    expect((await ada.call(path)).body).toEqual({ data: [shown], nextCursor: null });
    const hash = await hashToken(token);
    expect(
      await countRows('invitations', `project_id = $1 and encode(token_hash, 'hex') = $2`, [project, hash]),
    ).toBe(1);
    const logged = `project_id = $1 and action = 'invitation.created' and subject_id = $2`;
    expect(await countRows('activity_logs', logged, [project, reply.body.id])).toBe(1);
  });

  it('is the same one when the request is repeated, though its token is stored nowhere', async () => {
    const { ada, project, path } = await startProject();
    const call = { body: { role: 'viewer' }, headers: { 'idempotency-key': crypto.randomUUID() } };
    const first = await ada.call<Made>(path, call);
    const second = await ada.call<Made>(path, call);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body).toEqual(first.body);
    expect(await countRows('invitations', 'project_id = $1', [project])).toBe(1);
    const kept = 'scope = $1 and body::text like $2';
    expect(await countRows('idempotency_keys', kept, [ada.userId, `%${first.body.token}%`])).toBe(0);
  });

  it('shows a guest what it offers, then makes them a member, and is used up', async () => {
    const { ada, project, path } = await startProject();
    const ben = await signUp('Ben');
    const { token, id } = await invite(ada, project);
    const offer = { projectName: 'Birds', role: 'editor', invitedBy: 'Ada' };
    expect(await look(ben, token)).toMatchObject({ status: 200, body: { ...offer, isMember: false } });
    expect(await accept(ben, token)).toMatchObject({
      status: 200,
      body: { projectId: project, role: 'editor' },
    });
    expect((await ben.call(`/v1/projects/${project}`)).body).toMatchObject({ role: 'editor' });
    expect((await ada.call(path)).body).toMatchObject({
      data: [{ id, usedAt: expect.any(String), usedBy: { id: ben.userId, name: 'Ben' } }],
    });
    const logged = `project_id = $1 and action = 'member.joined' and actor_id = $2`;
    expect(await countRows('activity_logs', logged, [project, ben.userId])).toBe(1);

    const eve = await signUp('Eve');
    expect(await look(eve, token)).toMatchObject({ status: 409, body: { code: 'invitation_used' } });
    expect(await accept(eve, token)).toMatchObject({ status: 409, body: { code: 'invitation_used' } });
    expect(await roleOf(project, eve)).toBeNull();
  });

  it('may be accepted again by whoever accepted it, but not once they are no member any more', async () => {
    const { ada, project } = await startProject();
    const ben = await signUp('Ben');
    const { token } = await invite(ada, project);
    const first = await accept(ben, token);
    expect(await accept(ben, token)).toMatchObject({ status: 200, body: first.body });
    expect((await look(ben, token)).body).toMatchObject({ isMember: true });
    await ada.call(`/v1/projects/${project}/members/${ben.userId}`, { method: 'DELETE' });
    expect(await accept(ben, token)).toMatchObject({ status: 409, body: { code: 'invitation_used' } });
    expect(await roleOf(project, ben)).toBeNull();
  });

  it('goes to one of two people who accept it at the same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const { ada, project } = await startProject();
      const [ben, eve] = await Promise.all([signUp('Ben'), signUp('Eve')]);
      const { token } = await invite(ada, project);
      const replies = await Promise.all([accept(ben, token), accept(eve, token)]);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'invitation_used' });
      expect(await countRows('project_members', 'project_id = $1', [project])).toBe(2);
    }
  });

  it('never lowers a role, and stays for others when it would not raise it', async () => {
    const { ada, project } = await startProject();
    const [ben, eve] = await Promise.all([signUp('Ben'), signUp('Eve')]);
    await addMember(project, ben.userId, 'editor');
    const low = await invite(ada, project, { role: 'viewer' });
    expect(await accept(ben, low.token)).toMatchObject({ status: 200, body: { role: 'editor' } });
    expect(await accept(ada, low.token)).toMatchObject({ status: 200, body: { role: 'owner' } });
    expect(await accept(eve, low.token)).toMatchObject({ status: 200, body: { role: 'viewer' } });
    const high = await invite(ada, project, { role: 'owner' });
    expect(await accept(ben, high.token)).toMatchObject({ status: 200, body: { role: 'owner' } });
    expect(await roleOf(project, ben)).toBe('owner');
    const joined = `project_id = $1 and action = 'member.joined'`;
    expect(await countRows('activity_logs', joined, [project])).toBe(2);
  });

  it('says plainly that it has expired', async () => {
    const { ada, project } = await startProject();
    const ben = await signUp();
    const { token, id } = await invite(ada, project);
    await expire(id);
    for (const use of [look, accept]) {
      expect(await use(ben, token)).toMatchObject({
        status: 410,
        body: { code: 'invitation_expired', retryable: false },
      });
    }
    expect(await roleOf(project, ben)).toBeNull();
  });

  it('is unknown once it was withdrawn, which is not possible after it was used', async () => {
    const { ada, project, path } = await startProject();
    const ben = await signUp();
    const withdrawn = await invite(ada, project);
    expect((await ada.call(`${path}/${withdrawn.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await ada.call(`${path}/${withdrawn.id}`, { method: 'DELETE' })).status).toBe(404);
    expect(await accept(ben, withdrawn.token)).toMatchObject({
      status: 404,
      body: { code: 'not_found', detail: 'There is no such invitation, or it was withdrawn.' },
    });
    const used = await invite(ada, project);
    await accept(ben, used.token);
    expect(await ada.call(`${path}/${used.id}`, { method: 'DELETE' })).toMatchObject({
      status: 409,
      body: { code: 'illegal_state', state: 'used' },
    });
  });

  it('goes with the owner who made it, so that they cannot come back by it', async () => {
    const { ada, project } = await startProject();
    const [ben, eve] = await Promise.all([signUp('Ben'), signUp('Eve')]);
    for (const person of [ben, eve]) await addMember(project, person.userId, 'owner');
    const [ofBen, ofEve] = [await invite(ben, project), await invite(eve, project)];
    await ada.call(`/v1/projects/${project}/members/${ben.userId}`, { method: 'DELETE' });
    await ada.call(`/v1/projects/${project}/members/${eve.userId}`, {
      method: 'PATCH',
      body: { role: 'viewer' },
    });
    for (const { token } of [ofBen, ofEve]) expect((await accept(ben, token)).status).toBe(404);
  });

  it('is listed page by page, newest first', async () => {
    const { ada, project, path } = await startProject();
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) ids.unshift((await invite(ada, project)).id);
    const first = await ada.call<{ data: Made[]; nextCursor: string }>(`${path}?limit=2`);
    const second = await ada.call<{ data: Made[]; nextCursor: string }>(
      `${path}?limit=2&cursor=${first.body.nextCursor}`,
    );
    expect([...first.body.data, ...second.body.data].map(({ id }) => id)).toEqual(ids);
    expect(second.body.nextCursor).toBeNull();
  });
});

describe('who may invite', () => {
  it.each(['viewer', 'reviewer', 'editor'])(
    'is not a %s, who does not see invitations either',
    async (role) => {
      const { ada, project, path } = await startProject();
      const ben = await signUp();
      await addMember(project, ben.userId, role);
      const { id } = await invite(ada, project);
      const calls = [
        ben.call(path, { body: { role: 'viewer' } }),
        ben.call(path),
        ben.call(`${path}/${id}`, { method: 'DELETE' }),
      ];
      for (const reply of await Promise.all(calls)) {
        expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
      expect(await countRows('invitations', 'project_id = $1', [project])).toBe(1);
    },
  );

  it('is no stranger, also not by an invitation’s id in a project of their own', async () => {
    const { ada, project, path } = await startProject();
    const eve = await signUp();
    const own = await createProject(eve);
    const { id } = await invite(ada, project);
    const calls = [
      eve.call(path, { body: { role: 'viewer' } }),
      eve.call(path),
      eve.call(`${path}/${id}`, { method: 'DELETE' }),
      eve.call(`/v1/projects/${own}/invitations/${id}`, { method: 'DELETE' }),
    ];
    for (const reply of await Promise.all(calls)) {
      const detail = 'It does not exist, or you are not a member of its project.';
      expect(reply).toMatchObject({ status: 404, body: { code: 'not_found', detail } });
    }
    expect(await countRows('invitations', 'project_id = $1', [project])).toBe(1);
  });

  it('is nobody without a session, and neither is a guest', async () => {
    const { ada, project, path } = await startProject();
    const { token, id } = await invite(ada, project);
    const nobody = createClient();
    const calls = [
      nobody.call(path, { body: { role: 'viewer' } }),
      nobody.call(path),
      nobody.call(`${path}/${id}`, { method: 'DELETE' }),
      look(nobody, token),
      accept(nobody, token),
    ];
    for (const reply of await Promise.all(calls)) {
      expect(reply).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    }
  });
});

describe('a malformed request', () => {
  it.each([
    [{}, 'body.role'],
    [{ role: 'admin' }, 'body.role'],
    [{ role: 'viewer', expiresInDays: 0 }, 'body.expiresInDays'],
    [{ role: 'viewer', expiresInDays: 31 }, 'body.expiresInDays'],
    [{ role: 'viewer', expiresInDays: 1.5 }, 'body.expiresInDays'],
    [{ role: 'viewer', token: 'mine' }, 'body'],
  ])('to make one is refused: %j', async (body, path) => {
    const { ada, project, path: url } = await startProject();
    expect(await problemOf(url, { body }, ada)).toMatchObject({ status: 400, errors: [{ path }] });
    expect(await countRows('invitations', 'project_id = $1', [project])).toBe(0);
  });

  it.each(['look', 'accept'])('to %s is refused, and an unknown token is not found', async (verb) => {
    const ada = await signUp();
    const path = `/v1/invitations/${verb}`;
    for (const body of [{}, { token: '' }, { token: 7 }, { token: 'x'.repeat(201) }]) {
      expect(await problemOf(path, { body }, ada)).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    for (const token of ['x', '\u0000', 'ü'.repeat(43)]) {
      expect(await problemOf(path, { body: { token } }, ada)).toMatchObject({ status: 404 });
    }
  });

  it('to withdraw one needs ids of the right form', async () => {
    const { ada, path } = await startProject();
    expect(await problemOf(`${path}/inv_1`, { method: 'DELETE' }, ada)).toMatchObject({
      errors: [{ path: 'path.invitationId' }],
    });
    expect((await ada.call(`${path}/${newId('inv')}`, { method: 'DELETE' })).status).toBe(404);
  });

  it.each(['look', 'accept'])('to %s is counted as an attempt', async (verb) => {
    const ada = await signUp();
    const response = await ada.send(`/v1/invitations/${verb}`, { body: { token: 'guess' } });
    expect(response.headers.get('ratelimit-policy')).toContain('"sign-in"');
  });
});
