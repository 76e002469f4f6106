import { type Link, newSession, type Session } from '../../../durable-objects/room/link.ts';
import { LiveRoom } from '../../../durable-objects/room/live-room.ts';
import { readFrames } from '../../../durable-objects/room/read-frames.ts';
import type { RoomStorage } from '../../../durable-objects/room/room-storage.ts';
import type { ClientFrame, Role, RoomEvent, RoomFrame, Welcome } from '../../../src/rooms/protocol.ts';
import { createMemoryRoomStorage } from './memory-room-storage.ts';

const SESSION_MS = 3_600_000;

type Kind<K extends RoomFrame['k']> = Extract<RoomFrame, { k: K }>;

/** A socket with both ends in hand: what the room keeps with it, and what its client hears. */
export class StageSocket implements Link {
  readonly #stage: RoomStage;
  #session: Session;
  pingedAt = 0;
  messages: string[] = [];
  closed: { code: number; reason: string } | null = null;

  constructor(stage: RoomStage, session: Session) {
    this.#stage = stage;
    this.#session = session;
  }

  get session(): Readonly<Session> {
    return this.#session;
  }

  change(part: Partial<Session>): void {
    this.#session = { ...this.#session, ...part };
  }

  heardAt(): number {
    return Math.max(this.#session.heardAt, this.pingedAt);
  }

  send(message: string): void {
    if (!this.closed) this.messages.push(message);
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  /** The client speaks: a frame, several in one message, or what is none. */
  say(frame: ClientFrame | object[] | string | ArrayBuffer | { k: string }): void {
    const message = typeof frame === 'string' || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame);
    this.#stage.room.receive(this, readFrames(message));
  }

  hello(more: Partial<Extract<ClientFrame, { k: 'hello' }>> = {}): Welcome {
    this.say({ k: 'hello', v: 1, sid: this.session.id, ...more });
    const welcome = this.all('welcome').at(-1);
    if (!welcome) throw new Error('no welcome');
    return welcome;
  }

  /** The connection is lost. */
  cut(): void {
    this.closed ??= { code: 1006, reason: '' };
    this.#stage.room.disconnect(this);
  }

  get frames(): RoomFrame[] {
    return this.messages.flatMap((message) => JSON.parse(message) as RoomFrame | RoomFrame[]);
  }

  all<K extends RoomFrame['k']>(kind: K): Kind<K>[] {
    return this.frames.filter((frame): frame is Kind<K> => frame.k === kind);
  }

  get events(): RoomEvent[] {
    return this.all('events').flatMap(({ events }) => events);
  }

  get texts(): unknown[] {
    return this.events.map(({ data }) => data['text']);
  }
}

/** A room with its clock, timers and sockets in hand. */
export class RoomStage {
  now = Date.UTC(2026, 10, 1);
  dueAt: number | null = null;
  readonly storage: RoomStorage;
  readonly sockets: StageSocket[] = [];
  /** What the room told outside. */
  readonly counts: number[] = [];
  readonly drained: { id: string; sockets: number; cut: number }[] = [];
  room: LiveRoom;
  #timers: { at: number; call: () => void }[] = [];

  constructor(storage = createMemoryRoomStorage()) {
    this.storage = storage;
    this.room = this.#open([]);
  }

  #open(links: Link[]): LiveRoom {
    return new LiveRoom(
      {
        storage: this.storage,
        clock: { now: () => this.now },
        after: (ms, call) => void this.#timers.push({ at: this.now + ms, call }),
        dueBy: (at) => void (this.dueAt = Math.min(at, this.dueAt ?? at)),
        tellCount: (sockets) => void this.counts.push(sockets),
        tellDrained: (outcome) => void this.drained.push(outcome),
      },
      links,
    );
  }

  get isQuiet(): boolean {
    return this.#timers.length === 0;
  }

  /** The object is evicted while it is quiet, and another one finds what was kept. */
  evict(): void {
    if (!this.isQuiet) throw new Error('a timer keeps the object in memory');
    this.room = this.#open(this.sockets.filter(({ closed }) => !closed));
  }

  /** A socket that has not said hello. */
  accept(user = 'ada', role: Role = 'editor', session = `ses_${user}`): StageSocket {
    const guest = { user, name: `${user}'s name`, role, session };
    const socket = new StageSocket(this, newSession(guest, this.now, this.now + SESSION_MS));
    this.sockets.push(socket);
    this.room.connect(socket);
    return socket;
  }

  /** A socket that is there. */
  join(user = 'ada', more: Parameters<StageSocket['hello']>[0] & { role?: Role } = {}): StageSocket {
    const { role, ...hello } = more;
    const socket = this.accept(user, role);
    socket.hello(hello);
    return socket;
  }

  /** The Worker publishes one event. */
  publish(id: string, type = 'project.changed', data: Record<string, unknown> = {}): void {
    this.room.publish([{ id, user: null, type, data }]);
  }

  /** Time passes; timers and alarms come when they are due. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const times = [...this.#timers.map(({ at }) => at), ...(this.dueAt === null ? [] : [this.dueAt])];
      const next = Math.min(...times);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      const due = this.#timers.filter(({ at }) => at <= this.now);
      this.#timers = this.#timers.filter(({ at }) => at > this.now);
      for (const { call } of due) call();
      if (this.dueAt !== null && this.dueAt <= this.now) this.dueAt = this.room.tick();
    }
    this.now = end;
  }
}

export function pub(id: string, text = id, type = 'chat'): ClientFrame {
  return { k: 'pub', id, type, data: { text } };
}
