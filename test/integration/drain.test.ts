import { createExecutionContext, createScheduledController, evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import type { DrainView } from '../../src/domain/admin/get-drain.ts';
import worker from '../../src/index.ts';
import { CLOSE } from '../../src/rooms/protocol.ts';
import type { RoomNamespace } from '../../src/rooms/room.ts';
import { alone } from '../helpers/alone.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { findReadiness } from '../helpers/readiness.ts';
import { query } from '../helpers/query.ts';
import { enterRoom } from '../helpers/room-client.ts';

const { ROOM } = env as unknown as { ROOM: RoomNamespace };
const TOKEN = inject('variables')['OPERATOR_TOKEN'] ?? '';
const headers = { authorization: `Bearer ${TOKEN}` };
/** Ends a test that would wait for ever. */
const POLL = { timeout: 60_000 };
const PATH = '/v1/admin/drain';

async function setDrain(body: object) {
  return await createClient().call<DrainView>(PATH, { method: 'PUT', body, headers });
}

/** What the room of a project said last of its sockets. */
async function countOf(project: string): Promise<number | null> {
  const [row] = await query<{ sockets: number }>('select sockets from open_rooms where project_id = $1', [
    project,
  ]);
  return row?.sockets ?? null;
}

async function roomWith(...people: Person[]) {
  const [ada] = people;
  if (!ada) throw new Error('nobody is there');
  const project = await createProject(ada);
  const sockets = [];
  for (const person of people) sockets.push(await enterRoom(person, project));
  await expect.poll(() => countOf(project), POLL).not.toBeNull();
  return { project, sockets };
}

const logged = () => vi.spyOn(console, 'info').mockImplementation(() => undefined);
const eventsOf = (spy: ReturnType<typeof logged>, event: string) =>
  spy.mock.calls
    .map(([line]): Record<string, unknown> => JSON.parse(String(line)))
    .filter((line) => line['event'] === event);

afterEach(async () => {
  vi.restoreAllMocks();
  await setDrain({ on: false });
});

describe('PUT /v1/admin/drain', () => {
  it('is for administrators', async () => {
    const ada = await signUp();
    const call = { method: 'PUT', body: { on: true } };
    expect(await problemOf(PATH, call)).toMatchObject({ code: 'unauthenticated' });
    expect(await problemOf(PATH, call, ada)).toMatchObject({ code: 'forbidden' });
    expect(await problemOf(PATH, {}, ada)).toMatchObject({ code: 'forbidden' });
    const wrong = { authorization: `Bearer ${TOKEN}x` };
    expect(await problemOf(PATH, { ...call, headers: wrong })).toMatchObject({ code: 'unauthenticated' });
    await findReadiness({ status: 200 });
  });

  it('takes a time-out from a second to ten minutes', async () => {
    for (const timeoutSeconds of [0, 601, 1.5, '60'])
      expect((await setDrain({ on: true, timeoutSeconds })).status).toBe(400);
    expect((await setDrain({})).status).toBe(400);
    expect((await setDrain({ on: true, more: 1 })).status).toBe(400);
  });

  it('makes readiness refuse until it is off, and serves requests all the same', async () => {
    const ada = await signUp();
    const on = await setDrain({ on: true, timeoutSeconds: 90 });
    expect(on).toMatchObject({ status: 200, body: { on: true, cut: 0 } });
    const { since, until } = on.body;
    expect(Date.parse(until ?? '') - Date.parse(since ?? '')).toBe(90_000);
    const current = { status: 'ready', drain: { since, until } };
    const spy = logged();
    await findReadiness({ status: 503, body: { code: 'draining', errors: [], current } });
    expect(eventsOf(spy, 'request')).toContainEqual(
      expect.objectContaining({ status: 503, code: 'draining', level: 'info' }),
    );
    spy.mockRestore();
    expect((await ada.call('/v1/profile')).status).toBe(200);
    expect((await createClient().send('/health/live')).status).toBe(200);
    expect(await createClient().call(PATH, { headers })).toMatchObject({ body: { on: true, since, until } });
    const off = { on: false, since: null, until: null, rooms: 0, sockets: 0, cut: 0 };
    expect((await setDrain({ on: false })).body).toEqual(off);
    await findReadiness({ status: 200 });
  });

  it('leaves a drain as it is when it is said again, and writes each change down once', async () => {
    const count = async () =>
      (await query(`select from activity_logs where action in ('drain.began', 'drain.ended')`)).length;
    const before = await count();
    const first = (await setDrain({ on: true, timeoutSeconds: 90 })).body;
    expect((await setDrain({ on: true, timeoutSeconds: 5 })).body).toMatchObject({ until: first.until });
    await setDrain({ on: false });
    await setDrain({ on: false });
    expect(await count()).toBe(before + 2);
  });
});

describe('the people in a room', () => {
  it('R-DRAIN-1: are asked to come back, each within the time-out, and may stay until it is over', async () => {
    const { project, sockets } = await roomWith(await signUp());
    const on = (await setDrain({ on: true, timeoutSeconds: 60 })).body;
    expect(on.rooms).toBeGreaterThanOrEqual(1);
    expect(on.sockets).toBeGreaterThanOrEqual(1);
    const [socket] = sockets;
    if (!socket) throw new Error('nobody is there');
    const { after } = await socket.next('drain');
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThan(48_000);
    await socket.settle();
    expect(socket.closed).toBeNull();
    // Who comes meanwhile is let in, and asked nothing.
    const newcomer = await enterRoom(await addEditor(project), project);
    await newcomer.settle();
    expect(newcomer.all('drain')).toEqual([]);
    await setDrain({ on: false });
    await socket.settle();
    expect(socket.closed).toBeNull();
  });

  it('R-DRAIN-2: are closed at the time-out, even if the room was evicted meanwhile, which is logged', async () => {
    const spy = logged();
    const ada = await signUp();
    const { project, sockets } = await roomWith(ada, ada);
    await setDrain({ on: true, timeoutSeconds: 1 });
    await evictDurableObject(ROOM.get(ROOM.idFromName(project)));
    for (const socket of sockets) expect(await socket.end()).toMatchObject({ code: CLOSE.drain });
    const cutOf = async () => (await createClient().call<DrainView>(PATH, { headers })).body.cut;
    await expect.poll(cutOf, POLL).toBeGreaterThanOrEqual(2);
    expect(eventsOf(spy, 'room_drained')).toContainEqual(
      expect.objectContaining({ room: project, sockets: 2, cut: 2 }),
    );
    await expect.poll(() => countOf(project), POLL).toBeNull();
    await alone(async () => {
      await query(`update platform_state set drain_until = now() - interval '16 seconds'`);
      for (let minute = 0; minute < 2; minute++)
        await worker.scheduled(
          createScheduledController({ cron: '* * * * *' }),
          env,
          createExecutionContext(),
        );
    });
    const sums = eventsOf(spy, 'drained');
    expect(sums).toHaveLength(1);
    expect(sums[0]?.['cut']).toBeGreaterThanOrEqual(2);
  });
});

describe('the count of sockets', () => {
  it('is written down when the first comes and when the last goes', async () => {
    const { project, sockets } = await roomWith(await signUp());
    expect(await countOf(project)).toBe(1);
    const { body } = await findReadiness({ body: { openSockets: expect.any(Number) } });
    expect(body.openSockets).toBeGreaterThanOrEqual(1);
    for (const socket of sockets) socket.close();
    await expect.poll(() => countOf(project), POLL).toBeNull();
  });
});

/** A person who is let into the project. */
async function addEditor(project: string): Promise<Person> {
  const person = await signUp();
  await query('insert into project_members (project_id, user_id, role) values ($1, $2, $3)', [
    project,
    person.userId,
    'editor',
  ]);
  return person;
}
