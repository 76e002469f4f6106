import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { dispatchRows } from '../../src/queues/outbox.ts';
import { CLOSE, LATEST_EVERY_MS, progressKey, SUBPROTOCOL } from '../../src/rooms/protocol.ts';
import type { RoomNamespace } from '../../src/rooms/room.ts';
import { createTicketSigner, TICKET_TTL_MS } from '../../src/rooms/ticket.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices } from '../../src/services.ts';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { askTicket, enterRoom, knock, openSocket, RoomClient } from '../helpers/room-client.ts';
import { addMember } from '../helpers/sql.ts';

const { ROOM, MEDIA_SIGNING_KEY } = env as unknown as { ROOM: RoomNamespace; MEDIA_SIGNING_KEY: string };
const ORIGIN = 'http://darkroom.test';

const roomOf = (projectId: string) => ROOM.get(ROOM.idFromName(projectId));
const chat = (id: string) => ({ k: 'pub' as const, id, type: 'chat', data: { text: id } });

async function newProject(): Promise<{ ada: Person; ben: Person; project: string }> {
  const [ada, ben] = await Promise.all([signUp('Ada Lovelace'), signUp('Bénédicte 🦊')]);
  const project = await createProject(ada);
  await addMember(project, ben.userId, 'reviewer');
  return { ada, ben, project };
}

/** Makes the sockets older in what is kept of them, and the next object find it so. */
async function age(project: string, ms: number): Promise<void> {
  // A flush that is still to come would keep what the running object knows.
  await evictDurableObject(roomOf(project));
  await runInDurableObject(roomOf(project), (_, state) => {
    for (const socket of state.getWebSockets()) {
      const kept = socket.deserializeAttachment();
      for (const name of ['acceptedAt', 'expiresAt', 'heardAt', 'movedAt']) kept[name] -= ms;
      socket.serializeAttachment(kept);
    }
  });
  await evictDurableObject(roomOf(project));
}

/** Two objects of the same room: the one that ran until now, and the one that comes after it. */
async function evict(project: string): Promise<void> {
  const mark = async () =>
    await runInDurableObject(roomOf(project), (instance) => {
      const marked = instance as { mark?: string };
      return (marked.mark ??= crypto.randomUUID());
    });
  const before = await mark();
  expect(await mark()).toBe(before);
  await evictDurableObject(roomOf(project));
  expect(await mark()).not.toBe(before);
}

describe('a ticket', () => {
  it('R-TICKET-1: is for members, with their name and role', async () => {
    const { ada, ben, project } = await newProject();
    const { ticket, expiresAt, url } = await askTicket(ben, project);
    expect(ticket).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
    expect(url).toBe(`/v1/projects/${project}/room`);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(TICKET_TTL_MS);
    const signer = createTicketSigner(MEDIA_SIGNING_KEY);
    expect(signer.verify(ticket, project, Date.now())).toMatchObject({
      guest: { user: ben.userId, name: 'Bénédicte 🦊', role: 'reviewer' },
    });
    const path = `/v1/projects/${project}/room/ticket`;
    const ask = async (person: Pick<Person, 'send'>) => (await person.send(path, { method: 'POST' })).status;
    expect(await ask(await signUp())).toBe(404);
    expect(await ask(createClient())).toBe(401);
    expect(await ask(ada)).toBe(200);
    expect((await ada.send('/v1/projects/nonsense/room/ticket', { method: 'POST' })).status).toBe(400);
  });

  it('R-TICKET-2: opens the room, which chooses the protocol', async () => {
    const { ada, project } = await newProject();
    const { ticket } = await askTicket(ada, project);
    const reply = await knock(project, ticket, { origin: ORIGIN, 'x-room-guest': 'forged' });
    expect(reply.status).toBe(101);
    expect(reply.headers.get('sec-websocket-protocol')).toBe(SUBPROTOCOL);
    expect(reply.headers.get('x-request-id')).toBeTruthy();
  });

  it('R-TICKET-2: is asked for with an upgrade, two protocols and no foreign origin', async () => {
    const { ada, project } = await newProject();
    const { ticket } = await askTicket(ada, project);
    const path = `/v1/projects/${project}/room`;
    const plain = await ada.call(path);
    expect(plain).toMatchObject({ status: 426, body: { code: 'upgrade_required' } });
    expect(plain.headers.get('upgrade')).toBe('websocket');
    for (const protocols of ['', SUBPROTOCOL, ticket, `${ticket}, ${SUBPROTOCOL}`, `a, b, ${ticket}`]) {
      const reply = await knock(project, '', { 'sec-websocket-protocol': protocols });
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ errors: [{ path: 'header.sec-websocket-protocol' }] });
    }
    const foreign = await knock(project, ticket, { origin: 'https://elsewhere.example' });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ code: 'cross_origin' });
    expect((await knock('nonsense', ticket)).status).toBe(400);
  });

  it('R-TICKET-3: that is not good is refused before the room wakes', async () => {
    const { ada, project } = await newProject();
    const guest = { user: ada.userId, name: 'Ada', role: 'owner' as const, session: 'ses_1' };
    const signer = createTicketSigner(MEDIA_SIGNING_KEY);
    const { ticket } = await askTicket(ada, project);
    const forged = createTicketSigner(`${MEDIA_SIGNING_KEY}x`).issue(project, {
      ...guest,
      issuedAt: Date.now(),
    });
    const stale = signer.issue(project, { ...guest, issuedAt: Date.now() - TICKET_TTL_MS });
    const foreign = signer.issue('another', { ...guest, issuedAt: Date.now() });
    const cases = [
      ['x', 401, CLOSE.token],
      [`${ticket}x`, 401, CLOSE.token],
      [`${ticket}.x`, 401, CLOSE.token],
      [ticket.replace(/^./, (first) => (first === 'a' ? 'b' : 'a')), 401, CLOSE.token],
      ['x'.repeat(3_000), 401, CLOSE.token],
      [forged, 401, CLOSE.token],
      [stale, 401, CLOSE.token],
      [foreign, 403, CLOSE.forbidden],
    ] as const;
    for (const [bad, status, code] of cases) {
      const toProgram = await knock(project, bad);
      expect(toProgram.status).toBe(status);
      expect(toProgram.headers.get('content-type')).toBe('application/problem+json');
      expect(await toProgram.json()).toMatchObject({ code: status === 401 ? 'invalid_ticket' : 'forbidden' });
      const { webSocket, headers } = await knock(project, bad, { origin: ORIGIN });
      expect(headers.get('sec-websocket-protocol')).toBe(SUBPROTOCOL);
      if (!webSocket) throw new Error('a browser gets a socket');
      expect(await new RoomClient(webSocket).end()).toMatchObject({ code });
    }
    // Nobody has called the object: there was none to be evicted.
    await expect(evictDurableObject(roomOf(project))).rejects.toThrow();
  });
});

describe('two people in a room', () => {
  it('R-HELLO-2, R-PRES-1: see each other come, do things and go', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project, { sid: 'one' });
    expect(one.welcome).toMatchObject({
      sid: 'one',
      user: ada.userId,
      role: 'owner',
      resumed: false,
      why: 'new',
      head: 0,
      members: [{ user: ada.userId, name: 'Ada Lovelace', role: 'owner', sockets: 1, data: {} }],
      latest: [],
    });
    const two = await enterRoom(ben, project, {
      presence: { place: 'review', imageId: 'img_01hzy3v9k2m4n6p8q0r2s4t6v8' },
    });
    expect(two.welcome.members).toHaveLength(2);
    const came = () =>
      one
        .all('presence')
        .flatMap(({ changed }) => changed)
        .find(({ user }) => user === ben.userId);
    expect(await one.until(came)).toEqual({
      user: ben.userId,
      name: 'Bénédicte 🦊',
      role: 'reviewer',
      sockets: 1,
      data: { place: 'review', imageId: 'img_01hzy3v9k2m4n6p8q0r2s4t6v8' },
    });
    two.say({ k: 'pres', data: { place: 'gallery' } });
    await one.until(() =>
      one.all('presence').some(({ changed }) => changed.some(({ data }) => data.place === 'gallery')),
    );
    two.say({ k: 'bye' });
    expect(await two.end()).toMatchObject({ code: 1000 });
    await one.until(() => one.all('presence').some(({ left }) => left.includes(ben.userId)));
  });

  it('R-PRES-3: stay for ten seconds after a connection broke', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project);
    (await enterRoom(ben, project)).close();
    const leaving = async () =>
      await runInDurableObject(roomOf(project), (_, { storage }) => [
        ...storage.sql.exec('select * from leaving'),
      ]);
    // The object hears of it by itself, and nobody is told.
    await expect.poll(leaving, { timeout: 10_000 }).toHaveLength(1);
    await one.settle();
    expect(one.all('presence').flatMap(({ left }) => left)).toEqual([]);
    await runInDurableObject(roomOf(project), (_, { storage }) => {
      storage.sql.exec(`update leaving set entry = json_set(entry, '$.until', ?)`, Date.now());
    });
    await evictDurableObject(roomOf(project));
    expect(await runDurableObjectAlarm(roomOf(project))).toBe(true);
    await one.until(() => one.all('presence').some(({ left }) => left.includes(ben.userId)));
  });

  it('R-PUB-1, R-PUB-3, R-PUB-4: hear the same in the same order, and nothing twice', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project);
    const two = await enterRoom(ben, project);
    one.say(chat('a'));
    expect(await one.next('ack')).toEqual({ k: 'ack', id: 'a', seq: 1 });
    two.say([chat('a'), chat('a'), { k: 'pub', id: 'b', type: 'images.deleted', data: {} }]);
    expect(await two.next('ack', 2)).toEqual({ k: 'ack', id: 'a', seq: 2, dup: true });
    expect(await two.next('nack')).toMatchObject({ id: 'b', code: 'forbidden' });
    await Promise.all([one, two].map(async (client) => await client.until(() => client.events.length === 2)));
    expect(one.events).toEqual(two.events);
    expect(one.events).toMatchObject([
      { seq: 1, user: ada.userId, type: 'chat', id: 'a', data: { text: 'a' } },
      { seq: 2, user: ben.userId },
    ]);
  });

  it('R-RESUME-1: miss nothing when one of them is cut off', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project);
    const two = await enterRoom(ben, project, { sid: 'two' });
    one.say(chat('1'));
    const { seq } = await two.until(() => two.events[0]);
    two.close();
    // The room answers, or a browser would go on waiting.
    expect(await two.end()).toMatchObject({ code: 1000 });
    for (const id of ['2', '3', '4']) one.say(chat(id));
    await one.next('ack', 4);
    const { epoch } = two.welcome;
    const again = await enterRoom(ben, project, { sid: 'two', epoch, last: seq });
    expect(again.welcome).toMatchObject({ resumed: true, epoch, head: 4, floor: 1 });
    one.say(chat('5'));
    await again.until(() => again.events.length === 4);
    expect(again.events.map(({ id }) => id)).toEqual(['2', '3', '4', '5']);
    const stranger = await enterRoom(ben, project, { epoch: 'another', last: 2 });
    expect(stranger.welcome).toMatchObject({ resumed: false, why: 'epoch' });
    await stranger.until(() => stranger.events.length === 5);
  });
});

describe('what the Worker tells a room', () => {
  it('R-LATEST-1: as progress comes at most four times a second, and the last one always', async () => {
    const { ada, project } = await newProject();
    const room = roomOf(project);
    const key = progressKey('job_1');
    expect(await room.setLatest(key, { stored: 0 }, 1)).toEqual({ watched: false });
    const one = await enterRoom(ada, project);
    expect(one.welcome.latest).toEqual([{ key, data: { stored: 0 } }]);
    const began = Date.now();
    for (let version = 2; version <= 40; version++)
      expect(await room.setLatest(key, { stored: version }, version)).toEqual({ watched: true });
    await room.setLatest(key, { stored: 'late' }, 39);
    await one.until(() => one.all('latest').at(-1)?.values[0]?.data['stored'] === 40);
    const most = 2 + Math.floor((Date.now() - began) / LATEST_EVERY_MS);
    expect(one.all('latest').length).toBeLessThanOrEqual(most);
    await room.dropLatest(key);
    expect((await enterRoom(ada, project)).welcome.latest).toEqual([]);
  });

  it('R-PUB-3: through the outbox, however often a row is done', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project);
    const id = `obx_${crypto.randomUUID()}`;
    const events = [
      { user: ben.userId, type: 'images.deleted', data: { ids: ['img_1'] } },
      { user: null, type: 'project.changed', data: {} },
      { id: 'named', user: null, type: 'members.changed', data: {} },
    ];
    const config = configOf(env);
    if (!config.ok) throw new Error('not configured');
    const services = createServices(config.config, openScope('test'));
    const say = async (row: string, topic: string, payload: object) => {
      const told = { id: row, topic, payload: { projectId: project, ...payload }, requestId: null };
      expect(await dispatchRows(services, [told])).toBe(1);
    };
    await say(id, 'room.publish', { events });
    await say(id, 'room.publish', { events });
    await one.until(() => one.events.length === 3);
    one.say(chat('after'));
    await one.until(() => one.events.length === 4);
    expect(one.events.map(({ id: event, type }) => [event, type])).toEqual([
      [`${id}.0`, 'images.deleted'],
      [`${id}.1`, 'project.changed'],
      ['named', 'members.changed'],
      ['after', 'chat'],
    ]);

    const two = await enterRoom(ben, project);
    const { ticket } = await askTicket(ben, project);
    await say(`${id}d`, 'room.dismiss', { userId: ben.userId, code: CLOSE.forbidden });
    expect(await two.end()).toMatchObject({ code: CLOSE.forbidden });
    await one.until(() => one.all('presence').some(({ left }) => left.includes(ben.userId)));
    const { webSocket } = await knock(project, ticket);
    if (!webSocket) throw new Error('the room speaks to who has a ticket');
    expect(await new RoomClient(webSocket).end()).toMatchObject({ code: CLOSE.forbidden });

    await say(`${id}c`, 'room.close', { code: CLOSE.gone });
    expect(await one.end()).toMatchObject({ code: CLOSE.gone });
  });

  it('R-DISMISS-2: when sessions end, whose sockets and tickets end with them', async () => {
    const ada = await signUp('Ada');
    const project = await createProject(ada);
    const other = createClient();
    const { email, password } = ada;
    expect((await other.call('/v1/auth/sign-in', { body: { email, password } })).status).toBe(200);
    const signedIn: Person = { ...ada, ...other };
    const kept = await enterRoom(ada, project);
    const ended = await enterRoom(signedIn, project);
    const { ticket } = await askTicket(signedIn, project);
    const body = { currentPassword: password, newPassword: 'another horse battery' };
    expect((await ada.call('/v1/profile/password', { body })).status).toBe(204);
    expect(await ended.end()).toMatchObject({ code: CLOSE.token });
    const { webSocket } = await knock(project, ticket);
    if (!webSocket) throw new Error('the room speaks to who has a ticket');
    expect(await new RoomClient(webSocket).end()).toMatchObject({ code: CLOSE.token });
    kept.say(chat('still here'));
    await kept.next('ack');
    await ada.call('/v1/auth/sign-out', { method: 'POST' });
    expect(await kept.end()).toMatchObject({ code: CLOSE.token });
  });

  it('R-GONE-1: forgets everything once its project is gone', async () => {
    const { ada, project } = await newProject();
    const one = await enterRoom(ada, project);
    const room = roomOf(project);
    await room.publish([{ id: '1', user: null, type: 'project.changed', data: {} }]);
    await room.close(CLOSE.gone);
    expect(await one.end()).toMatchObject({ code: CLOSE.gone });
    await runInDurableObject(room, (_, { storage }) => {
      storage.sql.exec('update barred set since = ?', Date.now() - TICKET_TTL_MS);
    });
    await evictDurableObject(room);
    expect(await runDurableObjectAlarm(room)).toBe(true);
    const again = await enterRoom(ada, project);
    expect(again.welcome).toMatchObject({ head: 0, why: 'new' });
    expect(again.welcome.epoch).not.toBe(one.welcome.epoch);
  });
});

describe('a socket', () => {
  it.each([
    ['not JSON', 'nonsense'],
    ['binary', new ArrayBuffer(8)],
    ['above 64 KiB', JSON.stringify({ k: 'pub', text: 'x'.repeat(65 * 1024) })],
    ['of a known kind and not valid', '{"k":"pub"}'],
  ])('R-FRAME-3: is closed after a message that is %s', async (_, message) => {
    const { ada, project } = await newProject();
    const one = await enterRoom(ada, project);
    one.say('{"k":"typing"}');
    one.say(message);
    expect(await one.end()).toMatchObject({ code: CLOSE.badFrame });
  });

  it('R-HELLO-1: is closed when it says something else first', async () => {
    const { ada, project } = await newProject();
    const one = await openSocket(ada, project);
    one.say(chat('1'));
    expect(await one.end()).toMatchObject({ code: CLOSE.badFrame });
  });

  it('R-HELLO-1: is closed when it says nothing within five seconds', async () => {
    const { ada, project } = await newProject();
    const silent = await openSocket(ada, project);
    const one = await enterRoom(ada, project);
    await age(project, 5_000);
    expect(await runDurableObjectAlarm(roomOf(project))).toBe(true);
    expect(await silent.end()).toMatchObject({ code: CLOSE.heartbeat });
    await one.settle();
    expect(one.closed).toBeNull();
  });

  it('R-HELLO-3: is closed when its session connects again', async () => {
    const { ada, project } = await newProject();
    const old = await enterRoom(ada, project, { sid: 'tab' });
    const again = await enterRoom(ada, project, { sid: 'tab' });
    expect(await old.end()).toMatchObject({ code: CLOSE.replaced });
    again.say(chat('1'));
    await again.next('ack');
  });

  it('R-FULL-1: is the eleventh of a user, and one too many', async () => {
    const { ada, project } = await newProject();
    for (let socket = 0; socket < 10; socket++) await openSocket(ada, project);
    expect(await (await openSocket(ada, project)).end()).toMatchObject({ code: CLOSE.full });
  });

  it('R-BEAT-1, R-BEAT-2: is answered by the platform, and closed when it is silent', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project);
    const silent = await enterRoom(ben, project);
    await age(project, 76_000);
    // The answer counts as a sign of life, though the object does not see it.
    await one.settle();
    expect(await runDurableObjectAlarm(roomOf(project))).toBe(true);
    expect(await silent.end()).toMatchObject({ code: CLOSE.heartbeat });
    await one.settle();
    expect(one.closed).toBeNull();
    const alarm = await runInDurableObject(
      roomOf(project),
      async (_, { storage }) => await storage.getAlarm(),
    );
    expect((alarm ?? 0) - Date.now()).toBeGreaterThan(5_000);
  });

  it('R-END-1: is closed when its hour is over', async () => {
    const { ada, project } = await newProject();
    const one = await enterRoom(ada, project);
    const hours = (one.welcome.expires - one.welcome.now) / 3_600_000;
    expect(hours).toBeLessThanOrEqual(1);
    expect(hours).toBeGreaterThan(0.9);
    await age(project, 3_600_000);
    await one.settle();
    expect(await runDurableObjectAlarm(roomOf(project))).toBe(true);
    expect(await one.end()).toMatchObject({ code: CLOSE.token });
  });
});

describe('a room that is evicted', () => {
  it('keeps its sockets, its people, its events and its values', async () => {
    const { ada, ben, project } = await newProject();
    const one = await enterRoom(ada, project);
    const two = await enterRoom(ben, project, { sid: 'two', presence: { place: 'review' } });
    one.say(chat('before'));
    await two.until(() => two.events.length === 1);
    await roomOf(project).setLatest(progressKey('job_1'), { stored: 1 }, 1);
    await two.next('latest');
    await evict(project);

    two.say([chat('before'), { k: 'pres', data: { place: 'gallery' } }]);
    one.say([chat('before'), chat('after')]);
    expect(await one.next('ack', 2)).toEqual({ k: 'ack', id: 'before', seq: 1, dup: true });
    await roomOf(project).setLatest(progressKey('job_1'), { stored: 'late' }, 1);
    await roomOf(project).setLatest(progressKey('job_1'), { stored: 2 }, 2, '1.7');
    await two.until(() => two.events.length === 3);
    expect(two.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect((await two.next('latest', 2)).values).toEqual([
      { key: progressKey('job_1'), data: { stored: 2 }, bookmark: '1.7' },
    ]);
    await one.until(() =>
      one.all('presence').some(({ changed }) => changed.some(({ data }) => data.place === 'gallery')),
    );
    // Every delta follows the one before, also across the two objects.
    const deltas = one.all('presence');
    expect(deltas.map(({ from }) => from).slice(1)).toEqual(
      deltas.map(({ version }) => version).slice(0, -1),
    );

    await evict(project);
    const three = await enterRoom(ada, project, { epoch: one.welcome.epoch, last: 2 });
    expect(three.welcome).toMatchObject({
      resumed: true,
      latest: [{ key: progressKey('job_1'), data: { stored: 2 } }],
    });
    expect(three.welcome.members.map(({ user, sockets, data }) => ({ user, sockets, data }))).toEqual(
      expect.arrayContaining([
        { user: ada.userId, sockets: 2, data: {} },
        { user: ben.userId, sockets: 1, data: { place: 'gallery' } },
      ]),
    );
    await three.until(() => three.events.length === 1);
    expect([one.closed, two.closed]).toEqual([null, null]);
  });

  it('lets its clients resume when their sockets are lost with it', async () => {
    const { ada, project } = await newProject();
    const one = await enterRoom(ada, project, { sid: 'tab' });
    one.say(chat('1'));
    await one.next('ack');
    await evictDurableObject(roomOf(project), { webSockets: 'close' });
    await one.end();
    const again = await enterRoom(ada, project, { sid: 'tab', epoch: one.welcome.epoch, last: 0 });
    expect(again.welcome).toMatchObject({
      resumed: true,
      head: 1,
      members: [{ user: ada.userId, sockets: 1 }],
    });
    await again.until(() => again.events.length === 1);
  });
});
