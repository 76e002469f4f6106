import { describe, expect, it } from 'vitest';
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

const LAST_OWNER = { status: 409, body: { code: 'illegal_state', state: 'last_owner' } };

async function startProject(role = 'editor'): Promise<{ ada: Person; ben: Person; project: string }> {
  const [ada, ben] = await Promise.all([signUp('Ada'), signUp('Ben')]);
  const project = await createProject(ada);
  await addMember(project, ben.userId, role);
  return { ada, ben, project };
}

function change(by: Client, project: string, userId: string, role: string): Promise<Reply> {
  return by.call(`/v1/projects/${project}/members/${userId}`, { method: 'PATCH', body: { role } });
}

function remove(by: Client, project: string, userId: string): Promise<Reply> {
  return by.call(`/v1/projects/${project}/members/${userId}`, { method: 'DELETE' });
}

async function owners(project: string): Promise<number> {
  return await countRows('project_members', `project_id = $1 and role = 'owner'`, [project]);
}

async function activity(project: string): Promise<object[]> {
  return await sqlAsSuperuser(
    `select action, actor_id as "actorId", subject_id as "subjectId", data from activity_logs
     where project_id = $1 and action like 'member.%' order by id`,
    [project],
  );
}

describe('the role of a member', () => {
  it('is changed by an owner, at once', async () => {
    const { ada, ben, project } = await startProject('viewer');
    expect(await change(ada, project, ben.userId, 'editor')).toMatchObject({
      status: 200,
      body: { userId: ben.userId, name: 'Ben', email: ben.email, role: 'editor' },
    });
    expect((await ben.call(`/v1/projects/${project}`)).body).toMatchObject({ role: 'editor' });
    expect((await change(ada, project, ben.userId, 'editor')).status).toBe(200);
    expect(await activity(project)).toEqual([
      {
        action: 'member.changed',
        actorId: ada.userId,
        subjectId: ben.userId,
        data: { from: 'viewer', to: 'editor' },
      },
    ]);
  });

  it('may be an owner’s own, as long as another owner is left', async () => {
    const { ada, ben, project } = await startProject();
    expect(await change(ada, project, ada.userId, 'viewer')).toMatchObject(LAST_OWNER);
    await change(ada, project, ben.userId, 'owner');
    expect((await change(ada, project, ada.userId, 'viewer')).body).toMatchObject({ role: 'viewer' });
    expect((await change(ada, project, ben.userId, 'viewer')).status).toBe(403);
  });

  it.each(['viewer', 'reviewer', 'editor'])('is nothing that a %s may change', async (role) => {
    const { ada, ben, project } = await startProject(role);
    expect(await change(ben, project, ben.userId, 'owner')).toMatchObject({ status: 403 });
    expect(await change(ben, project, ada.userId, 'viewer')).toMatchObject({ status: 403 });
    expect(await owners(project)).toBe(1);
  });
});

describe('a member', () => {
  it('is removed by an owner, and has no part in the project any more', async () => {
    const { ada, ben, project } = await startProject();
    expect((await remove(ada, project, ben.userId)).status).toBe(204);
    expect((await ben.call(`/v1/projects/${project}`)).status).toBe(404);
    expect((await remove(ada, project, ben.userId)).status).toBe(404);
    expect(await activity(project)).toMatchObject([
      { action: 'member.removed', actorId: ada.userId, subjectId: ben.userId },
    ]);
  });

  it.each(['viewer', 'reviewer', 'editor', 'owner'])('may leave as a %s', async (role) => {
    const { ben, project } = await startProject(role);
    const call = { method: 'DELETE', headers: { 'idempotency-key': crypto.randomUUID() } };
    const path = `/v1/projects/${project}/members/${ben.userId}`;
    expect((await ben.call(path, call)).status).toBe(204);
    expect((await ben.call(path, call)).status).toBe(204);
    expect((await ben.call(path, { method: 'DELETE' })).status).toBe(404);
    expect(await activity(project)).toMatchObject([
      { action: 'member.left', actorId: ben.userId, subjectId: ben.userId },
    ]);
  });

  it('is not removed by anybody who is no owner', async () => {
    const { ada, ben, project } = await startProject('editor');
    expect(await remove(ben, project, ada.userId)).toMatchObject({ status: 403 });
    const eve = await signUp();
    expect(await remove(eve, project, ben.userId)).toMatchObject({ status: 404 });
    expect(await remove(eve, project, eve.userId)).toMatchObject({ status: 404 });
    expect(await change(eve, project, ben.userId, 'viewer')).toMatchObject({ status: 404 });
    expect(await countRows('project_members', 'project_id = $1', [project])).toBe(2);
  });

  it('stays when they are the last owner', async () => {
    const { ada, ben, project } = await startProject();
    expect(await remove(ada, project, ada.userId)).toMatchObject(LAST_OWNER);
    expect(await owners(project)).toBe(1);
    expect(await activity(project)).toEqual([]);
    expect((await remove(ben, project, ben.userId)).status).toBe(204);
  });
});

describe('two owners at the same moment', () => {
  it.each([
    ['leave', (by: Person, project: string) => remove(by, project, by.userId)],
    ['step down', (by: Person, project: string) => change(by, project, by.userId, 'editor')],
  ])('cannot both %s', async (_, act) => {
    for (let round = 0; round < 5; round++) {
      const { ada, ben, project } = await startProject('owner');
      const replies = await Promise.all([act(ada, project), act(ben, project)]);
      expect(replies.filter(({ status }) => status < 300)).toHaveLength(1);
      expect(replies.find(({ status }) => status >= 300)).toMatchObject(LAST_OWNER);
      expect(await owners(project)).toBe(1);
    }
  });

  it('cannot remove each other', async () => {
    for (let round = 0; round < 5; round++) {
      const { ada, ben, project } = await startProject('owner');
      const replies = await Promise.all([remove(ada, project, ben.userId), remove(ben, project, ada.userId)]);
      expect(replies.map(({ status }) => status).sort()).toEqual([204, 404]);
      expect(await owners(project)).toBe(1);
    }
  });
});

describe('a malformed request', () => {
  it('is refused by name', async () => {
    const { ada, ben, project } = await startProject();
    const path = `/v1/projects/${project}/members`;
    for (const body of [{}, { role: 'admin' }, { role: 'viewer', name: 'x' }]) {
      const problem = await problemOf(`${path}/${ben.userId}`, { method: 'PATCH', body }, ada);
      expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    expect(await problemOf(`${path}/usr_1`, { method: 'DELETE' }, ada)).toMatchObject({
      errors: [{ path: 'path.userId' }],
    });
    expect((await remove(ada, project, newId('usr'))).status).toBe(404);
    expect((await change(ada, project, newId('usr'), 'viewer')).status).toBe(404);
  });

  it('needs a session', async () => {
    const { ben, project } = await startProject();
    expect((await remove(createClient(), project, ben.userId)).status).toBe(401);
    expect((await change(createClient(), project, ben.userId, 'viewer')).status).toBe(401);
  });
});
