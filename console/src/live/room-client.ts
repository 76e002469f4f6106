import './no-eval.ts';
import { CLOSE, HEARTBEAT_MS, PING, PONG_WITHIN_MS, SUBPROTOCOL } from '../../../src/rooms/protocol.ts';
import type {
  ClientFrame,
  PresenceData,
  RoomEvent,
  RoomFrame,
  Welcome,
} from '../../../src/rooms/protocol.ts';
import { afterClose, stopOfStatus } from './after-close.ts';
import type { StopReason } from './after-close.ts';
import { bookmarksIn } from './bookmarks-in.ts';
import { DELAYS, SEEN_EVERY, retryDelay } from './delays.ts';
import type { ComeBack } from './delays.ts';
import { isResumed, placeOf } from './position.ts';
import type { Position } from './position.ts';
import { readFrames } from './read-frames.ts';
import type {
  RoomClient,
  RoomListeners,
  RoomPorts,
  RoomSocket,
  RoomState,
  TicketAnswer,
} from './room-types.ts';
import { namedTimers } from './timers.ts';

const NORMAL = 1000;
const TOO_MANY = 429;

type TimerName = 'deadline' | 'retry' | 'ping' | 'pong' | 'steady' | 'seen' | 'drain';

/**
 * Keeps one connection to a room: connects at once, comes back after cuts, and tells each event once. `sid` is the
 * session's name. Nothing here throws, and every wait has an end.
 */
export function connectRoom(sid: string, ports: RoomPorts, listeners: RoomListeners): RoomClient {
  const timers = namedTimers<TimerName>(ports);
  let state: RoomState = { name: 'closed' };
  /** Names the try under way: what an earlier one still has to say is not heard. */
  let round = 0;
  let attempts = 0;
  let abort = new AbortController();
  let socket: RoomSocket | null = null;
  let position: Position | null = null;
  let presence: PresenceData | null = null;
  let toldPresence: PresenceData | null = null;
  let members = 0;
  /** When the room asked to come back. */
  let drainAt: number | null = null;
  /** Where an event was missing; if it is missing again, the log cannot give it. */
  let gapAfter: number | null = null;
  let seenSeq = 0;

  const tell = (call: () => void) => {
    try {
      call();
    } catch (error) {
      ports.report(error);
    }
  };
  const enter = (next: RoomState) => {
    state = next;
    tell(() => listeners.onState(next));
  };
  const send = (frame: ClientFrame) => sendText(JSON.stringify(frame));
  const sendText = (text: string) => tell(() => socket?.send(text));

  /** Ends the try under way, and whatever it waits for. */
  function leave(code: number): void {
    round += 1;
    timers.clearAll();
    abort.abort();
    const old = socket;
    socket = null;
    tell(() => old?.close(code));
  }

  function stop(reason: StopReason): void {
    leave(NORMAL);
    enter({ name: 'stopped', reason });
  }

  function retry(how: ComeBack, code: number = NORMAL): void {
    leave(code);
    const drainMs = drainAt === null ? null : Math.max(0, drainAt - ports.now());
    const ms = retryDelay(how, {
      attempts,
      isHidden: ports.isHidden(),
      members,
      drainMs,
      random: ports.random,
    });
    const isFirm = how === 'later' || drainMs !== null;
    attempts += 1;
    timers.set('retry', ms, begin);
    enter({ name: 'waiting', nextTryAt: ports.now() + ms, isFirm });
  }

  function begin(): void {
    leave(NORMAL);
    const mine = round;
    const isMine = () => mine === round;
    drainAt = null;
    abort = new AbortController();
    timers.set('deadline', DELAYS.ticket, () => retry('soon'));
    enter({ name: 'ticketing' });
    ports.fetchTicket(abort.signal).then(
      (answer) => isMine() && takeTicket(answer, isMine),
      () => isMine() && retry('soon'),
    );
  }

  function takeTicket(answer: TicketAnswer, isMine: () => boolean): void {
    if ('refused' in answer) {
      const reason = stopOfStatus(answer.refused);
      if (reason) stop(reason);
      else retry(answer.refused === TOO_MANY ? 'later' : 'soon');
      return;
    }
    timers.set('deadline', DELAYS.connect, () => retry('soon'));
    enter({ name: 'connecting' });
    if (!isMine()) return;
    try {
      socket = ports.openSocket(answer.url, [SUBPROTOCOL, answer.ticket], {
        onOpen: () => isMine() && greet(),
        onText: (text) => isMine() && hear(text, isMine),
        onClose: (code) => isMine() && takeClose(code),
      });
    } catch {
      retry('soon');
    }
  }

  function greet(): void {
    timers.set('deadline', DELAYS.welcome, () => retry('soon', CLOSE.heartbeat));
    enter({ name: 'greeting' });
    toldPresence = presence;
    send({ k: 'hello', v: 1, sid, ...position, ...(presence && { presence }) });
  }

  function tellPresence(): void {
    if (state.name !== 'live' || presence === null || presence === toldPresence) return;
    toldPresence = presence;
    send({ k: 'pres', data: presence });
  }

  function takeClose(code: number): void {
    const next = afterClose(code);
    if (next.isStop) stop(next.reason);
    else retry(next.how);
  }

  function hear(text: string, isMine: () => boolean): void {
    // Any word of the room proves that it is there.
    timers.clear('pong');
    const frames = readFrames(text);
    // All of them first: who is told of one may read at once what a later one has changed as well.
    for (const bookmark of bookmarksIn(frames)) tell(() => ports.see(bookmark));
    for (const frame of frames) {
      if (isMine()) take(frame, isMine);
    }
  }

  function take(frame: RoomFrame, isMine: () => boolean): void {
    if (frame.k === 'welcome') {
      if (state.name === 'greeting') takeWelcome(frame);
    } else if (frame.k === 'drain') {
      takeDrain(frame.after);
    } else if (frame.k === 'events') {
      for (const event of frame.events) if (isMine()) takeEvent(event);
    } else {
      tell(() => listeners.onFrame(frame));
    }
  }

  /** Comes back at the time that the room names, also when it is not closed by then: the room is to be empty. */
  function takeDrain(afterMs: number): void {
    const ms = Math.min(Math.max(0, afterMs), DELAYS.maxDrain);
    drainAt = ports.now() + ms;
    timers.set('drain', ms, () => retry('now'));
  }

  function takeWelcome(welcome: Welcome): void {
    const resumed = isResumed(welcome, position);
    if (!resumed) position = { epoch: welcome.epoch, last: welcome.head };
    seenSeq = position?.last ?? welcome.head;
    members = welcome.members.length;
    timers.clear('deadline');
    timers.set('ping', HEARTBEAT_MS, ping);
    timers.set('steady', DELAYS.steady, () => (attempts = 0));
    tell(() => listeners.onWelcome(welcome, resumed));
    enter({ name: 'live' });
    // What changed since `hello`.
    tellPresence();
  }

  function takeEvent(event: RoomEvent): void {
    // Before the welcome nothing is known to compare with.
    if (!position || state.name !== 'live') return;
    const place = placeOf(event, position);
    if (place === 'known') return;
    if (place === 'gap') {
      mend(position);
      return;
    }
    // Applied even if a listener throws: it would throw again.
    position.last = event.seq;
    tell(() => listeners.onEvent(event));
    reportSeen();
  }

  /** Says hello again for what is missing; if it stays missing, starts anew instead. */
  function mend({ last }: Position): void {
    if (gapAfter === last) position = null;
    gapAfter = position && last;
    retry('now');
  }

  function reportSeen(): void {
    const seq = position?.last ?? 0;
    if (seq - seenSeq < SEEN_EVERY) {
      if (!timers.has('seen')) timers.set('seen', DELAYS.seen, sendSeen);
    } else sendSeen();
  }

  function sendSeen(): void {
    timers.clear('seen');
    seenSeq = position?.last ?? 0;
    send({ k: 'seen', seq: seenSeq });
  }

  function ping(): void {
    timers.set('ping', HEARTBEAT_MS, ping);
    timers.set('pong', PONG_WITHIN_MS, () => retry('soon', CLOSE.heartbeat));
    sendText(PING);
  }

  begin();
  return {
    tryNow: () => {
      if (state.name === 'waiting' || state.name === 'stopped') begin();
    },
    nudge: () => {
      if (state.name === 'waiting' && !state.isFirm) begin();
      else if (state.name === 'live' && !timers.has('pong')) ping();
    },
    cut: () => {
      // What waits goes on waiting: the tries also find a service that needs no network.
      if (state.name !== 'waiting' && state.name !== 'stopped' && state.name !== 'closed')
        retry('soon', CLOSE.heartbeat);
    },
    setPresence: (data) => {
      presence = data;
      tellPresence();
    },
    close: () => {
      if (state.name === 'live') send({ k: 'bye' });
      leave(NORMAL);
      enter({ name: 'closed' });
    },
  };
}
