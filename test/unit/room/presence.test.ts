import { describe, expect, it } from 'vitest';
import { CLOSE, LEAVE_GRACE_MS, type RoomMember } from '../../../src/rooms/protocol.ts';
import { RoomStage, type StageSocket } from '../../helpers/fakes/room-stage.ts';

/** The members as a client knows them: from its last welcome, and every delta since. Fails on one that does not fit. */
function membersOf(socket: StageSocket): Record<string, RoomMember> {
  let members = new Map<string, RoomMember>();
  let known = 0;
  for (const frame of socket.frames) {
    if (frame.k === 'welcome') {
      members = new Map(frame.members.map((member) => [member.user, member]));
      known = frame.presenceVersion;
    } else if (frame.k === 'presence') {
      expect(frame.from).toBe(known);
      known = frame.version;
      for (const member of frame.changed) members.set(member.user, member);
      for (const user of frame.left) members.delete(user);
    }
  }
  return Object.fromEntries(members);
}

const namesOf = (socket: StageSocket) => Object.keys(membersOf(socket)).sort();
const deltas = (socket: StageSocket) => socket.all('presence').length;

describe('presence', () => {
  it('R-PRES-1: shows a user once, with a count and the data of the socket that spoke last', () => {
    const stage = new RoomStage();
    const ben = stage.join('ben');
    stage.join('ada', { presence: { place: 'gallery' } });
    stage.pass(100);
    const second = stage.join('ada', {
      presence: { place: 'review', imageId: 'img_01hzy3v9k2m4n6p8q0r2s4t6v8' },
    });
    const third = stage.join('ada');
    stage.pass(100);
    const ada = { user: 'ada', name: "ada's name", role: 'editor' };
    expect(membersOf(ben)['ada']).toEqual({
      ...ada,
      sockets: 3,
      data: { place: 'review', imageId: 'img_01hzy3v9k2m4n6p8q0r2s4t6v8' },
    });
    third.say({ k: 'pres', data: { place: 'imports' } });
    second.say({ k: 'bye' });
    stage.pass(100);
    expect(membersOf(ben)['ada']).toEqual({ ...ada, sockets: 2, data: { place: 'imports' } });
    expect(membersOf(third)).toEqual(membersOf(ben));
  });

  it('R-PRES-1: does not show who has not said hello', () => {
    const stage = new RoomStage();
    stage.accept('ada').cut();
    const ben = stage.join('ben');
    stage.accept('ada');
    stage.pass(1_000);
    expect(namesOf(ben)).toEqual(['ben']);
  });

  it('R-PRES-2: tells many changes together, and versions go on after an eviction', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    stage.pass(100);
    const before = deltas(ada);
    for (let user = 0; user < 50; user++) stage.join(`user ${user}`);
    stage.pass(100);
    expect(deltas(ada) - before).toBe(2);
    expect(namesOf(ada)).toHaveLength(51);
    stage.evict();
    ada.say({ k: 'pres', data: { place: 'review' } });
    stage.pass(100);
    stage.evict();
    const ben = stage.join('ben');
    stage.pass(100);
    expect(membersOf(ben)).toEqual(membersOf(ada));
    expect(membersOf(ben)['ada']?.data).toEqual({ place: 'review' });
  });

  it('R-PRES-2: keeps the version when the socket that carried it goes', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    stage.pass(100);
    const ben = stage.join('ben');
    stage.pass(100);
    ben.cut();
    stage.evict();
    stage.pass(LEAVE_GRACE_MS + 100);
    stage.evict();
    stage.join('cy');
    stage.pass(100);
    expect(namesOf(ada)).toEqual(['ada', 'cy']);
  });

  it('R-PRES-3: shows who was cut off as before for ten seconds, also after an eviction', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben', { presence: { place: 'review' } });
    stage.pass(100);
    const before = deltas(ada);
    ben.cut();
    stage.evict();
    stage.pass(LEAVE_GRACE_MS - 1);
    expect(deltas(ada)).toBe(before);
    const cy = stage.join('cy');
    stage.pass(0);
    expect(membersOf(cy)['ben']).toEqual(membersOf(ada)['ben']);
    stage.pass(101);
    expect(namesOf(ada)).toEqual(['ada', 'cy']);
    expect(namesOf(cy)).toEqual(['ada', 'cy']);
  });

  it('R-PRES-3: lets who comes back in time never have left', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben', { sid: 's', presence: { place: 'review' } });
    stage.pass(100);
    ben.cut();
    stage.pass(LEAVE_GRACE_MS / 2);
    const again = stage.join('ben', { sid: 's' });
    stage.pass(LEAVE_GRACE_MS);
    expect(ada.all('presence').flatMap(({ left }) => left)).toEqual([]);
    expect(membersOf(ada)['ben']).toMatchObject({ sockets: 1, data: { place: 'review' } });
    expect(membersOf(again)).toEqual(membersOf(ada));
  });

  it('R-PRES-4: lets who says bye go at once', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben');
    stage.pass(200);
    ben.say({ k: 'bye' });
    expect(namesOf(ada)).toEqual(['ada']);
    expect(ben.closed).toMatchObject({ code: 1000 });
    expect(stage.storage.leaving()).toEqual([]);
  });
});

describe('a session that connects again', () => {
  it('R-HELLO-3: closes its older socket, and nobody sees it leave', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const old = stage.join('ben', { sid: 's', presence: { place: 'review' } });
    const namesake = stage.join('cy', { sid: 's' });
    // So that a change would be told at once.
    stage.pass(300);
    const again = stage.join('ben', { sid: 's' });
    const tab = stage.join('ben', { sid: 'another tab' });
    stage.pass(100);
    expect(old.closed).toMatchObject({ code: CLOSE.replaced });
    expect([tab.closed, namesake.closed, again.closed]).toEqual([null, null, null]);
    old.cut();
    stage.pass(LEAVE_GRACE_MS + 100);
    expect(ada.all('presence').flatMap(({ left }) => left)).toEqual([]);
    expect(membersOf(ada)['ben']).toMatchObject({ sockets: 2, data: { place: 'review' } });
  });
});

describe('leaving for good', () => {
  it('R-DISMISS-1: closes all sockets of who is removed, and refuses their old tickets', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = [stage.join('ben'), stage.accept('ben')];
    stage.pass(200);
    const guest = { user: 'ben', name: '', role: 'editor' as const, session: 'ses', issuedAt: stage.now };
    expect(stage.room.refusalOf(guest)).toBeNull();
    stage.room.dismiss('ben', CLOSE.forbidden);
    expect(ben.map(({ closed }) => closed?.code)).toEqual([CLOSE.forbidden, CLOSE.forbidden]);
    expect(namesOf(ada)).toEqual(['ada']);
    stage.pass(100);
    stage.evict();
    expect(stage.room.refusalOf(guest)).toMatchObject({ code: CLOSE.forbidden });
    expect(stage.room.refusalOf({ ...guest, user: 'ada' })).toBeNull();
    expect(stage.room.refusalOf({ ...guest, issuedAt: stage.now })).toBeNull();
    stage.pass(300_000);
    expect(stage.storage.bars()).toEqual([]);
  });

  it('R-DISMISS-1: leaves a member whose role changes the time to come back', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    stage.join('ben');
    stage.pass(100);
    stage.room.dismiss('ben', CLOSE.token);
    stage.pass(5_000);
    stage.join('ben', { role: 'viewer' });
    stage.pass(LEAVE_GRACE_MS);
    expect(ada.all('presence').flatMap(({ left }) => left)).toEqual([]);
    expect(membersOf(ada)['ben']).toMatchObject({ role: 'viewer', sockets: 1 });
  });

  it('R-GONE-1: closes everybody, and is over when no ticket is left', () => {
    const stage = new RoomStage();
    const sockets = [stage.join('ada'), stage.join('ben'), stage.accept('cy')];
    stage.pass(100);
    stage.room.close(CLOSE.gone);
    expect(sockets.map(({ closed }) => closed?.code)).toEqual([CLOSE.gone, CLOSE.gone, CLOSE.gone]);
    const guest = { user: 'ada', name: '', role: 'editor' as const, session: 'ses', issuedAt: stage.now };
    expect(stage.room.refusalOf(guest)).toMatchObject({ code: CLOSE.gone });
    stage.pass(299_999);
    expect(stage.room.isOver).toBe(false);
    stage.pass(1);
    expect(stage.room.isOver).toBe(true);
  });
});

it('R-PRES-5: takes an image that is none as no image', () => {
  const stage = new RoomStage();
  const ada = stage.join('ada');
  for (const imageId of ['\ud800', 'img_1', '../x', 'x'.repeat(61)]) {
    ada.say({ k: 'pres', data: { place: 'image', imageId: 'img_01hzy3v9k2m4n6p8q0r2s4t6v8' } });
    ada.say({ k: 'pres', data: { place: 'image', imageId } });
    stage.pass(100);
    expect(ada.all('presence').at(-1)?.changed[0]?.data).toEqual({ place: 'image', imageId: null });
  }
  expect(ada.closed).toBeNull();
});

it('R-DISMISS-2: ends the sockets and tickets of a session, and nobody else’s', () => {
  const stage = new RoomStage();
  const one = stage.accept('ada', 'editor', 'ses_1');
  const two = stage.accept('ada', 'editor', 'ses_2');
  for (const socket of [one, two]) socket.hello();
  stage.pass(100);
  stage.evict();
  stage.room.endSessions('ada', ['ses_1', 'ses_3']);
  expect([one.closed?.code, two.closed]).toEqual([CLOSE.token, null]);
  const guest = { user: 'ada', name: 'Ada', role: 'editor' as const, issuedAt: stage.now + 1 };
  expect(stage.room.refusalOf({ ...guest, session: 'ses_3' })).toMatchObject({ code: CLOSE.token });
  expect(stage.room.refusalOf({ ...guest, session: 'ses_2' })).toBeNull();
});
