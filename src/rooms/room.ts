/** The protocol of a project's room: all that the Worker knows of the object. The wire is in protocol.ts. */
import type { RoomEvent, Role } from './protocol.ts';

/** What the Worker publishes: `id` is unique for the user, so that publishing it again changes nothing. */
export type PublishedEvent = Pick<RoomEvent, 'id' | 'user' | 'type' | 'data' | 'requestId' | 'bookmark'>;

export interface RoomRpc {
  /** In order. Durable, and on its way to everybody, once it returns. */
  publish(events: PublishedEvent[]): Promise<void>;
  /**
   * Shows a value of which only the newest counts; it is ignored unless `version` is higher than that of the last one.
   * `watched`: whether anybody sees it, so that who makes it may be slower when nobody does.
   */
  setLatest(
    key: string,
    data: Record<string, unknown>,
    version: number,
    bookmark?: string,
  ): Promise<{ watched: boolean }>;
  /** Forgets a value and its version. */
  dropLatest(key: string): Promise<void>;
  /** Closes all sockets of a user, and refuses tickets that were issued before. */
  dismiss(userId: string, code: number): Promise<void>;
  /** Closes the sockets of sessions of a user that have ended, and refuses all tickets of theirs. */
  endSessions(userId: string, sessions: string[]): Promise<void>;
  /** Closes everybody's sockets and refuses their tickets; with the code `gone` the room soon forgets everything. */
  close(code: number): Promise<void>;
  /**
   * Asks everybody who is there to come back, each at another time, and closes after `timeoutMs` who has not. Returns how
   * many sockets were asked; the same drain again asks nobody.
   */
  drain(id: string, timeoutMs: number): Promise<number>;
  /** Lets stay who is still there. */
  stopDrain(id: string): Promise<void>;
}

export type RoomNamespace = DurableObjectNamespace<RoomRpc & Rpc.DurableObjectBranded>;

export function roomOf(namespace: RoomNamespace, projectId: string): RoomRpc {
  return namespace.get(namespace.idFromName(projectId));
}

/** Who comes, as a ticket says. */
export interface RoomGuest {
  user: string;
  name: string;
  role: Role;
  /** The session of the account, or of its program, that asked for the ticket. */
  session: string;
  /** When the ticket was issued, in ms since 1970. */
  issuedAt: number;
}
