import type { PresenceData, RoomEvent, RoomFrame, Welcome } from '../../../src/rooms/protocol.ts';
import type { StopReason } from './after-close.ts';
import type { Clock } from './timers.ts';

/** A ticket, or the status with which it was refused. */
export type TicketAnswer = { ticket: string; url: string } | { refused: number };

export interface RoomSocket {
  send: (text: string) => void;
  close: (code: number) => void;
}

interface SocketListeners {
  onOpen: () => void;
  onText: (text: string) => void;
  /** The last call of a socket, also of one that never opened. */
  onClose: (code: number) => void;
}

/** What the client needs of the world. */
export interface RoomPorts extends Clock {
  /** Rejects when there was no answer; a refusal is an answer. */
  fetchTicket: (signal: AbortSignal) => Promise<TicketAnswer>;
  openSocket: (url: string, protocols: string[], listeners: SocketListeners) => RoomSocket;
  /** Ms since 1970. */
  now: () => number;
  random: () => number;
  isHidden: () => boolean;
  /** Takes the bookmarks of what the room tells, before anybody is told of it. */
  see: (bookmark: string) => void;
  /** Takes what a listener threw. */
  report: (error: unknown) => void;
}

/**
 * `ticketing`: asks for a ticket; `connecting`: the socket opens; `greeting`: `hello` is sent; `live`: welcomed;
 * `waiting` for the next try; `stopped`: does not come back by itself; `closed` for good.
 */
export type RoomState =
  | { name: 'ticketing' | 'connecting' | 'greeting' | 'live' | 'closed' }
  | {
      name: 'waiting';
      /** Ms since 1970. */
      nextTryAt: number;
      /** Whether the room asked for the wait: a better network or a look at the tab does not shorten it. */
      isFirm: boolean;
    }
  | { name: 'stopped'; reason: StopReason };

type OtherFrame = Exclude<RoomFrame, { k: 'welcome' | 'events' | 'drain' }>;

export interface RoomListeners {
  onState: (state: RoomState) => void;
  /** `isResumed`: every event since the last one follows; otherwise what was read may be out of date. */
  onWelcome: (welcome: Welcome, isResumed: boolean) => void;
  /** Each event once, in order. */
  onEvent: (event: RoomEvent) => void;
  onFrame: (frame: OtherFrame) => void;
}

export interface RoomClient {
  /** Tries now, whatever the wait, also after a stop. */
  tryNow: () => void;
  /** The network is back, or somebody looks: tries now, or finds out at once whether the connection still works. */
  nudge: () => void;
  /** The browser has lost the network: takes the connection for lost, which else only the next heartbeat would show. */
  cut: () => void;
  /** Sends what somebody is doing; after a reconnect it goes along with `hello`. */
  setPresence: (data: PresenceData) => void;
  /** Leaves the room for good. */
  close: () => void;
}
