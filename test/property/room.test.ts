import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoomFrame } from '../../src/rooms/protocol.ts';
import { pub, RoomStage, type StageSocket } from '../helpers/fakes/room-stage.ts';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 200);

/**
 * A client as the protocol asks for: it applies what it gets, says how far it is, resumes from there, and sends again
 * what was not acknowledged. Fails on an event that does not follow the one before.
 */
class Client {
  readonly #stage: RoomStage;
  readonly name: string;
  #socket: StageSocket | null = null;
  #read = 0;
  #epoch: string | undefined;
  #said = 0;
  #unacknowledged: string[] = [];
  applied: number[] = [];
  published = 0;

  constructor(stage: RoomStage, name: string) {
    this.#stage = stage;
    this.name = name;
  }

  get #last(): number {
    return this.applied.at(-1) ?? 0;
  }

  /** From its very beginning, so that nothing of the log is skipped. */
  connect(): void {
    if (this.#socket) return;
    const socket = this.#stage.accept(this.name);
    this.#socket = socket;
    this.#read = 0;
    socket.say({
      k: 'hello',
      v: 1,
      sid: this.name,
      epoch: this.#epoch ?? this.#stage.storage.epoch,
      last: this.#last,
    });
    for (const id of this.#unacknowledged) socket.say(pub(id));
  }

  /** Everything that was on its way is lost, unless it was read before. */
  cut(): void {
    this.#socket?.cut();
    this.#socket = null;
  }

  publish(): void {
    const id = String(++this.published);
    this.#unacknowledged.push(id);
    this.#socket?.say(pub(id));
  }

  /** Applies what has arrived. */
  read(): void {
    const socket = this.#socket;
    if (!socket) return;
    const fresh = socket.messages.slice(this.#read);
    this.#read = socket.messages.length;
    for (const message of fresh)
      for (const frame of [JSON.parse(message) as RoomFrame | RoomFrame[]].flat()) this.#apply(frame);
    if (this.#last - this.#said >= 64) socket.say({ k: 'seen', seq: (this.#said = this.#last) });
    if (socket.closed) this.#socket = null;
  }

  #apply(frame: RoomFrame): void {
    if (frame.k === 'welcome') {
      expect(frame.resumed).toBe(true);
      this.#epoch = frame.epoch;
    } else if (frame.k === 'events') {
      for (const { seq } of frame.events) {
        expect(seq).toBe(this.#last + 1);
        this.applied.push(seq);
      }
    } else if (frame.k === 'ack') {
      this.#unacknowledged = this.#unacknowledged.filter((id) => id !== frame.id);
    }
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('publish' as const), who: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), who: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), who: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), who: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(400) }) },
  // More than a page, so that somebody has to catch up.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('burst' as const), events: fc.nat(450) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('evict' as const) }) },
);

describe('a room whose clients come, go and speak as they like', () => {
  it('R-PUB-1, R-PUB-3, R-RESUME-1: brings every event to every client exactly once and in order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const stage = new RoomStage();
        const clients = ['ada', 'ben', 'cy', 'dot'].map((name) => new Client(stage, name));
        let bursts = 0;
        for (const [at, action] of steps.entries()) {
          if (action.do === 'pass') stage.pass(action.ms);
          else if (action.do === 'evict') {
            stage.pass(500);
            if (stage.isQuiet) stage.evict();
          } else if (action.do === 'burst') {
            bursts += action.events;
            for (let event = 0; event < action.events; event++) stage.publish(`${at}.${event}`);
          } else clients[action.who]?.[action.do]();
        }
        // Long enough for everybody to come back, to send again what was refused, and to catch up.
        for (let round = 0; round < 40; round++) {
          for (const client of clients) {
            if (round % 10 === 0) client.cut();
            client.connect();
            client.read();
          }
          stage.pass(250);
        }
        for (const client of clients) client.read();
        const count = clients.reduce((sum, client) => sum + client.published, bursts);
        const { head } = stage.storage.bounds();
        expect(head).toBe(count);
        for (const { applied } of clients) expect(applied.length).toBe(head);
      }),
      { numRuns },
    );
  });
});
