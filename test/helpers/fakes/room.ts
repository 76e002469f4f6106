import { PING, PONG, clientFrame } from '../../../src/rooms/protocol.ts';
import type {
  ClientFrame,
  LatestValue,
  RoomEvent,
  RoomFrame,
  RoomMember,
  Welcome,
} from '../../../src/rooms/protocol.ts';

interface SocketListeners {
  onOpen: () => void;
  onText: (text: string) => void;
  onClose: (code: number) => void;
}

/** One socket, seen from the room. */
export interface FakeSocket {
  url: string;
  protocols: string[];
  /** Everything that came in, in order. */
  texts: string[];
  frames: ClientFrame[];
  isGreeted: boolean;
  /** With which code the client closed it. */
  closedWith: number | null;
  open: () => void;
  tell: (frames: RoomFrame | RoomFrame[]) => void;
  tellText: (text: string) => void;
  /** Ends it from the room's side, or somewhere between. */
  cut: (code: number) => void;
}

export function fakeMember(user: string, more: Partial<RoomMember> = {}): RoomMember {
  return { user, name: user, role: 'editor', sockets: 1, data: {}, ...more };
}

/**
 * A room that speaks the protocol and keeps its log, without limits. With `answers: false` sockets stay as they are
 * until a test does something with them.
 */
export function fakeRoom({ answers = true }: { answers?: boolean } = {}) {
  const log: RoomEvent[] = [];
  const sockets: FakeSocket[] = [];
  const room = {
    epoch: 'epoch-1',
    members: [fakeMember('self')],
    presenceVersion: 1,
    latest: [] as LatestValue[],
    /** Events before this one are no longer held. */
    floor: 1,
    sockets,
    log,
    answers,
    newest: () => {
      const socket = sockets.at(-1);
      if (!socket) throw new Error('nobody has connected');
      return socket;
    },
    greeted: () => sockets.filter(({ isGreeted, closedWith }) => isGreeted && closedWith === null),
    welcome: (more: Partial<Welcome> = {}): Welcome => ({
      k: 'welcome',
      sid: 'sid',
      user: 'self',
      role: 'editor',
      epoch: room.epoch,
      head: log.at(-1)?.seq ?? 0,
      floor: room.floor,
      resumed: false,
      members: room.members,
      presenceVersion: room.presenceVersion,
      latest: room.latest,
      heartbeat: 30_000,
      expires: 0,
      now: 0,
      ...more,
    }),
    publish: (type = 'project.changed', data: RoomEvent['data'] = {}): RoomEvent => {
      const seq = (log.at(-1)?.seq ?? 0) + 1;
      const event = { seq, ts: 0, user: null, type, id: `event-${seq}`, data };
      log.push(event);
      for (const socket of room.greeted()) socket.tell([{ k: 'events', events: [event], live: true }]);
      return event;
    },
    /** Another history: what clients hold of the old one is worth nothing. */
    restore: () => {
      room.epoch = `${room.epoch}'`;
      log.length = 0;
    },
    openSocket: (url: string, protocols: string[], listeners: SocketListeners) => {
      const socket = makeSocket(url, protocols, listeners);
      sockets.push(socket);
      if (room.answers) queueMicrotask(socket.open);
      return {
        send: (text: string) => hear(socket, text),
        close: (code: number) => {
          socket.closedWith ??= code;
        },
      };
    },
  };

  function makeSocket(url: string, protocols: string[], listeners: SocketListeners): FakeSocket {
    const isOpen = () => socket.closedWith === null;
    const socket: FakeSocket = {
      url,
      protocols,
      texts: [],
      frames: [],
      isGreeted: false,
      closedWith: null,
      open: () => isOpen() && listeners.onOpen(),
      tell: (frames) => socket.tellText(JSON.stringify(frames)),
      tellText: (text) => isOpen() && listeners.onText(text),
      cut: (code) => {
        if (!isOpen()) return;
        socket.closedWith = code;
        listeners.onClose(code);
      },
    };
    return socket;
  }

  function hear(socket: FakeSocket, text: string): void {
    socket.texts.push(text);
    if (text === PING) {
      if (room.answers) socket.tellText(PONG);
      return;
    }
    const frame = clientFrame().parse(JSON.parse(text));
    socket.frames.push(frame);
    if (frame.k === 'hello' && room.answers) greet(socket, frame);
  }

  function greet(socket: FakeSocket, { epoch, last = 0 }: Extract<ClientFrame, { k: 'hello' }>): void {
    const head = log.at(-1)?.seq ?? 0;
    const resumed = epoch === room.epoch && last <= head && last >= room.floor - 1;
    socket.isGreeted = true;
    socket.tell(room.welcome({ resumed }));
    const missed = resumed ? log.filter(({ seq }) => seq > last) : log.slice(-50);
    if (missed.length > 0) socket.tell([{ k: 'events', events: missed, live: true }]);
  }

  return room;
}

export type FakeRoom = ReturnType<typeof fakeRoom>;
