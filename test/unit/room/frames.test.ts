import { describe, expect, it } from 'vitest';
import { CLOSE, HELLO_WITHIN_MS, LIMITS, SILENCE_MS } from '../../../src/rooms/protocol.ts';
import { pub, RoomStage } from '../../helpers/fakes/room-stage.ts';

const long = (bytes: number) => 'x'.repeat(bytes);

describe('a message', () => {
  it('R-FRAME-1: is one frame or several', () => {
    const stage = new RoomStage();
    const ada = stage.accept();
    ada.say([{ k: 'hello', v: 1, sid: 's' }, pub('1'), pub('2')]);
    expect(ada.all('welcome')).toMatchObject([{ sid: 's', user: 'ada', role: 'editor' }]);
    expect(ada.all('ack').map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('R-FRAME-2: may be of a kind or have fields that nobody knows', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    ada.say({ k: 'typing' });
    ada.say([{ k: 'ping' }, { ...pub('1'), volatile: true }, { nothing: true }]);
    expect(ada.closed).toBeNull();
    expect(ada.all('ack')).toHaveLength(1);
    expect(ada.events[0]).not.toHaveProperty('volatile');
  });

  it.each([
    ['not JSON', 'pub'],
    ['a number', '7'],
    ['null', 'null'],
    ['a list in a list', '[[]]'],
    ['an empty list', '[]'],
    ['a pub with half a surrogate for an id', JSON.stringify(pub('\ud800'))],
    ['a place with half a surrogate', JSON.stringify({ k: 'pres', data: { place: '\ud800' } })],
    ['binary', new ArrayBuffer(2)],
    ['a known kind that is not valid', '{"k":"pub","id":"","type":"chat","data":{}}'],
    ['a pub whose data is a list', '{"k":"pub","id":"1","type":"chat","data":[]}'],
    ['a place that is too long', JSON.stringify({ k: 'pres', data: { place: long(41) } })],
    ['a pres above 2 KiB', JSON.stringify({ k: 'pres', data: { more: long(LIMITS.presenceBytes) } })],
    ['above 64 KiB', JSON.stringify(pub('1', long(LIMITS.durableBytes)))],
    ['above 64 KiB only in bytes', JSON.stringify(pub('1', 'ü'.repeat(LIMITS.durableBytes / 2)))],
  ])('R-FRAME-3: that is %s closes the socket', (_, message) => {
    const stage = new RoomStage();
    const ada = stage.join();
    ada.say(message);
    expect(ada.closed).toMatchObject({ code: CLOSE.badFrame });
    expect(stage.storage.bounds().head).toBe(0);
  });

  it('R-FRAME-3: may have 64 KiB', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    const empty = JSON.stringify(pub('1', ''));
    ada.say(pub('1', long(LIMITS.durableBytes - empty.length)));
    expect(ada.all('ack')).toHaveLength(1);
  });
});

describe('an event that grows as it is kept', () => {
  it('R-FRAME-3: is refused above 64 KiB', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    const numbers = Array.from({ length: 10_000 }, () => '1e20').join(',');
    ada.say(`{"k":"pub","id":"1","type":"chat","data":{"a":[${numbers}]}}`);
    expect(ada.all('nack')).toMatchObject([{ id: '1', code: 'too_large' }]);
    expect([ada.closed, stage.storage.bounds().head]).toEqual([null, 0]);
  });
});

describe('hello', () => {
  it('R-HELLO-4: may come again once a second, and once more at once', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    ada.hello();
    for (let second = 0; second < 20; second++) {
      stage.pass(1_000);
      ada.hello();
    }
    expect(ada.closed).toBeNull();
    stage.pass(900);
    ada.hello();
    ada.say({ k: 'hello', v: 1, sid: 's' });
    expect(ada.closed).toMatchObject({ code: CLOSE.rate });
  });

  it.each([pub('1'), { k: 'seen', seq: 0 }, { k: 'bye' }, { k: 'typing' }])(
    'R-HELLO-1: comes before %j',
    (frame) => {
      const ada = new RoomStage().accept();
      ada.say(frame);
      expect(ada.closed).toMatchObject({ code: CLOSE.badFrame });
      expect(ada.frames).toEqual([]);
    },
  );

  it('R-HELLO-1: comes within five seconds', () => {
    const stage = new RoomStage();
    const ada = stage.accept();
    const ben = stage.accept('ben');
    stage.pass(HELLO_WITHIN_MS - 1);
    ben.hello();
    stage.pass(1);
    expect(ada.closed).toMatchObject({ code: CLOSE.heartbeat });
    expect(ben.closed).toBeNull();
  });

  it('R-HELLO-2: is answered in one message, also when it is said again', () => {
    const stage = new RoomStage();
    const ada = stage.accept();
    const { epoch } = ada.hello();
    expect(JSON.parse(ada.messages[0] ?? '')).toMatchObject([
      { k: 'welcome', resumed: false, why: 'new', head: 0, floor: 1, latest: [], heartbeat: 30_000 },
      { k: 'events', events: [], live: true },
    ]);
    for (const id of ['1', '2', '3']) stage.publish(id);
    ada.messages = [];
    expect(ada.hello({ epoch, last: 1 })).toMatchObject({ resumed: true, head: 3 });
    stage.pass(100);
    expect(ada.events.map(({ seq }) => seq)).toEqual([2, 3]);
  });
});

describe('the pace of a socket', () => {
  it('R-RATE-1: bears a burst, refuses what comes above it, and says when', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    // `hello` was the first of them.
    for (let id = 1; id <= LIMITS.frameBurst; id++) ada.say(pub(String(id)));
    expect(ada.all('ack')).toHaveLength(LIMITS.frameBurst - 1);
    expect(ada.all('nack')).toEqual([
      { k: 'nack', id: '40', code: 'rate', message: expect.any(String), retry: 50 },
    ]);
    stage.pass(50);
    ada.say([pub('40'), pub('41')]);
    expect(ada.all('ack').at(-1)).toMatchObject({ id: '40' });
    expect(ada.all('nack').at(-1)).toMatchObject({ id: '41', code: 'rate' });
    stage.pass(1_000);
    for (let id = 50; id < 50 + LIMITS.framesPerSecond; id++) ada.say(pub(String(id)));
    expect(ada.all('nack')).toHaveLength(2);
  });

  it('R-RATE-1: counts a seen only when it moves nothing', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    for (let id = 1; id <= 100; id++) stage.publish(String(id));
    stage.pass(25);
    for (let seq = 1; seq <= 100; seq++) ada.say({ k: 'seen', seq });
    ada.say(pub('counts'));
    expect(ada.all('ack')).toHaveLength(1);
    for (let turn = 0; turn < LIMITS.frameBurst; turn++) ada.say({ k: 'seen', seq: 7 });
    ada.say(pub('too many'));
    expect(ada.all('nack')).toHaveLength(1);
  });

  it('R-RATE-2: closes who does not stop', () => {
    const stage = new RoomStage();
    const ada = stage.join();
    for (let turn = 0; turn < 600 && !ada.closed; turn++) {
      ada.say({ k: 'typing' });
      stage.pass(20);
    }
    expect(ada.closed).toMatchObject({ code: CLOSE.rate });
    const patient = stage.join('ben');
    for (let turn = 0; turn < 600; turn++) {
      patient.say({ k: 'typing' });
      stage.pass(50);
    }
    expect(patient.closed).toBeNull();
  });
});

describe('silence', () => {
  it('R-BEAT-2: of 75 s closes a socket, and a ping that the object does not see breaks it', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const ben = stage.join('ben');
    stage.pass(30_000);
    ben.pingedAt = stage.now;
    stage.pass(SILENCE_MS - 30_001);
    expect(ada.closed).toBeNull();
    stage.pass(1);
    expect(ada.closed).toMatchObject({ code: CLOSE.heartbeat });
    expect(ben.closed).toBeNull();
    stage.pass(29_999);
    ben.say({ k: 'typing' });
    stage.pass(SILENCE_MS - 1);
    expect(ben.closed).toBeNull();
    stage.pass(1);
    expect(ben.closed).toMatchObject({ code: CLOSE.heartbeat });
  });

  it('R-END-1: does not matter to the end of a session', () => {
    const stage = new RoomStage();
    const ada = stage.join('ada');
    const { expires } = ada.all('welcome')[0] ?? { expires: 0 };
    while (stage.now < expires - 20_000) {
      stage.pass(20_000);
      ada.pingedAt = stage.now;
    }
    stage.pass(expires - stage.now - 1);
    expect(ada.closed).toBeNull();
    stage.pass(1);
    expect(ada.closed).toMatchObject({ code: CLOSE.token });
    stage.pass(20_000);
    expect(stage.dueAt).toBeNull();
  });
});

describe('a place', () => {
  const guest = { user: 'ada', name: '', role: 'editor' as const, session: 'ses_1', issuedAt: 0 };

  it('R-FULL-1: is there for ten sockets of a user', () => {
    const stage = new RoomStage();
    const sockets = Array.from({ length: LIMITS.socketsPerUser }, () => stage.accept('ada'));
    expect(stage.room.refusalOf(guest)).toMatchObject({ code: CLOSE.full });
    expect(stage.room.refusalOf({ ...guest, user: 'ben' })).toBeNull();
    sockets[3]?.cut();
    expect(stage.room.refusalOf(guest)).toBeNull();
  });

  it('R-FULL-1: is there for 2,000 sockets of all', () => {
    const stage = new RoomStage();
    for (let user = 1; user < LIMITS.sockets; user++) stage.accept(`user ${user}`);
    expect(stage.room.refusalOf(guest)).toBeNull();
    stage.accept('the last');
    expect(stage.room.refusalOf(guest)).toMatchObject({ code: CLOSE.full });
  });
});
