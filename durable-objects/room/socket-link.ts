import type { Link, Session } from './link.ts';
import { session as sessionShape } from './link.ts';

/** A socket of the platform, whose attachment keeps the session. */
export class SocketLink implements Link {
  readonly #socket: WebSocket;
  readonly #pingedAt: () => number;
  #session: Session;

  /** `pingedAt`: when the platform last answered a ping of it, in ms since 1970. */
  constructor(socket: WebSocket, session: Session, pingedAt: () => number) {
    this.#socket = socket;
    this.#session = session;
    this.#pingedAt = pingedAt;
    socket.serializeAttachment(session);
  }

  get session(): Readonly<Session> {
    return this.#session;
  }

  change(part: Partial<Session>): void {
    this.#session = { ...this.#session, ...part };
    this.#socket.serializeAttachment(this.#session);
  }

  heardAt(): number {
    return Math.max(this.#session.heardAt, this.#pingedAt());
  }

  /** One that broke is said to be closed soon; until then what is sent to it is lost, and the log has it. */
  send(message: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  close(code: number, reason: string): void {
    this.change({ isClosed: true });
    if (this.#socket.readyState <= WebSocket.OPEN) this.#socket.close(code, reason);
  }
}

/** The session that a socket was left with; null for one that needs no looking after. */
export function readSession(socket: WebSocket): Session | null {
  const kept = sessionShape().safeParse(socket.deserializeAttachment());
  return kept.success && !kept.data.isClosed ? kept.data : null;
}
