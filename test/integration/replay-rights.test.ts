import { describe, expect, it } from 'vitest';
import { type Call, createProject, type Person, signUp } from '../helpers/client.ts';
import { addMember } from '../helpers/sql.ts';
import { picture, upload } from '../helpers/uploads.ts';

interface Stage {
  ada: Person;
  ben: Person;
  project: string;
}

async function startProject(role: string): Promise<Stage> {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const project = await createProject(ada);
  await addMember(project, ben.userId, role);
  return { ada, ben, project };
}

async function changeRole({ ada, ben, project }: Stage, role: string): Promise<void> {
  const path = `/v1/projects/${project}/members/${ben.userId}`;
  expect((await ada.call(path, { method: 'PATCH', body: { role } })).status).toBe(200);
}

async function remove({ ada, ben, project }: Stage): Promise<void> {
  const path = `/v1/projects/${project}/members/${ben.userId}`;
  expect((await ada.call(path, { method: 'DELETE' })).status).toBe(204);
}

/** A write under a key that can be sent again; it must succeed at first. */
async function writeOnce(person: Person, path: string, call: Call) {
  const keyed = { ...call, headers: { 'idempotency-key': crypto.randomUUID() } };
  const send = async () => {
    const { status, headers, body } = await person.call<{ code?: string } | null>(path, keyed);
    return { status, code: body?.code, isReplayed: headers.has('idempotent-replayed'), body };
  };
  const first = await send();
  expect(first.status).toBeLessThan(300);
  expect(first.isReplayed).toBe(false);
  return { first, repeat: send };
}

const NOT_FOUND = { status: 404, code: 'not_found', isReplayed: false };
const FORBIDDEN = { status: 403, code: 'forbidden', isReplayed: false };

type Write = (stage: Stage) => Promise<{ path: string; call: Call }>;

/** What an owner may do: that its writer could repeat. */
const WRITES: Record<string, Write> = {
  'a change of the project': async ({ project }) => ({
    path: `/v1/projects/${project}`,
    call: { method: 'PATCH', body: { name: 'Owls' } },
  }),
  'a new import': async ({ project }) => ({
    path: `/v1/projects/${project}/jobs`,
    call: { body: { kind: 'urls', urls: ['https://images.example/1.png'] } },
  }),
  'the end of an import': async ({ ada, project }) => {
    const made = await ada.call<{ id: string }>(`/v1/projects/${project}/jobs`, {
      body: { kind: 'urls', urls: ['https://images.example/1.png'] },
    });
    return { path: `/v1/jobs/${made.body.id}`, call: { method: 'DELETE' } };
  },
  'a deleted image': async ({ ada, project }) => {
    const { body } = await upload(ada, project, await picture());
    return { path: `/v1/images/${body.id}`, call: { method: 'DELETE' } };
  },
  'an invitation, whose token would be told again': async ({ project }) => ({
    path: `/v1/projects/${project}/invitations`,
    call: { body: { role: 'owner' } },
  }),
};

describe('a stored reply', () => {
  it.each(Object.entries(WRITES))(
    'to %s is told again to its writer, not after they were removed or have a smaller role',
    async (_, write) => {
      const stage = await startProject('owner');
      const { path, call } = await write(stage);
      const { first, repeat } = await writeOnce(stage.ben, path, call);
      expect(await repeat()).toEqual({ ...first, isReplayed: true });
      await changeRole(stage, 'viewer');
      expect(await repeat()).toMatchObject(FORBIDDEN);
      await remove(stage);
      expect(await repeat()).toMatchObject(NOT_FOUND);
      await addMember(stage.project, stage.ben.userId, 'owner');
      expect(await repeat()).toEqual({ ...first, isReplayed: true });
    },
  );

  it('to who made a project is not told to them when they are not in it any more', async () => {
    const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
    const { first, repeat } = await writeOnce(ben, '/v1/projects', { body: { name: 'Birds' } });
    const project = (first.body as { id?: string } | null)?.id ?? '';
    await addMember(project, ada.userId, 'owner');
    await changeRole({ ada, ben, project }, 'viewer');
    expect(await repeat()).toEqual({ ...first, isReplayed: true });
    await remove({ ada, ben, project });
    expect(await repeat()).toMatchObject(NOT_FOUND);
  });

  it('to who has joined is not told to them when they are not in it any more', async () => {
    const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
    const project = await createProject(ada);
    const path = `/v1/projects/${project}/invitations`;
    const { body } = await ada.call<{ token: string }>(path, { body: { role: 'editor' } });
    const call = { body: { token: body.token } };
    const { first, repeat } = await writeOnce(ben, '/v1/invitations/accept', call);
    expect(await repeat()).toEqual({ ...first, isReplayed: true });
    await remove({ ada, ben, project });
    expect(await repeat()).toMatchObject(NOT_FOUND);
  });

  it.each([
    ['have left', 'DELETE', undefined],
    ['have made themselves a viewer', 'PATCH', { role: 'viewer' }],
  ])('is told to who %s by that very request', async (_, method, body) => {
    const { ben, project } = await startProject('owner');
    const path = `/v1/projects/${project}/members/${ben.userId}`;
    const { first, repeat } = await writeOnce(ben, path, { method, ...(body && { body }) });
    expect(await repeat()).toEqual({ ...first, isReplayed: true });
  });

  it('is told to who has moved the project to the bin by that very request, and to no stranger since', async () => {
    const stage = await startProject('owner');
    const { ben, project } = stage;
    const { first, repeat } = await writeOnce(ben, `/v1/projects/${project}`, { method: 'DELETE' });
    expect(await repeat()).toEqual({ ...first, isReplayed: true });
    expect((await stage.ada.call(`/v1/projects/${project}/restore`, { method: 'POST' })).status).toBe(200);
    await remove(stage);
    expect(await repeat()).toMatchObject(NOT_FOUND);
  });
});
