import {
  type ClientFrame,
  PING,
  PONG,
  type RoomEvent,
  type RoomFrame,
  SUBPROTOCOL,
  type Welcome,
} from '../../src/rooms/protocol.ts';
import { type Client, createClient, type Person } from './client.ts';

type Kind<K extends RoomFrame['k']> = Extract<RoomFrame, { k: K }>;

interface Ticket {
  ticket: string;
  expiresAt: string;
  url: string;
}

export async function askTicket(person: Client, projectId: string): Promise<Ticket> {
  const reply = await person.call<Ticket>(`/v1/projects/${projectId}/room/ticket`, { method: 'POST' });
  if (reply.status !== 200) throw new Error(`the ticket was answered with ${reply.status}`);
  return reply.body;
}

/** A handshake. The Worker is called as by a program; with `origin` as by a browser. */
export async function knock(
  projectId: string,
  ticket: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await createClient().send(`/v1/projects/${projectId}/room`, {
    headers: { upgrade: 'websocket', 'sec-websocket-protocol': `${SUBPROTOCOL}, ${ticket}`, ...headers },
  });
}

/** The client's end of a socket, which keeps all that it hears. */
export class RoomClient {
  readonly #socket: WebSocket;
  #waiting: (() => void)[] = [];
  frames: RoomFrame[] = [];
  pongs = 0;
  closed: { code: number; reason: string } | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (data === PONG) this.pongs++;
      else this.frames.push(...[JSON.parse(String(data)) as RoomFrame | RoomFrame[]].flat());
      this.#wake();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed ??= { code, reason };
      this.#wake();
    });
    socket.accept();
  }

  #wake(): void {
    for (const call of this.#waiting.splice(0)) call();
  }

  /** Waits until there is such a thing; a test that waits for ever ends at its limit. */
  async until<T>(find: () => T | undefined | null | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found) return found;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
  }

  say(frame: ClientFrame | ClientFrame[] | string | ArrayBuffer): void {
    const isRaw = typeof frame === 'string' || frame instanceof ArrayBuffer;
    this.#socket.send(isRaw ? frame : JSON.stringify(frame));
  }

  /** Waits for a ping's answer: the room has read all that was said before. */
  async settle(): Promise<void> {
    const before = this.pongs;
    this.#socket.send(PING);
    await this.until(() => this.pongs > before);
  }

  all<K extends RoomFrame['k']>(kind: K): Kind<K>[] {
    return this.frames.filter((frame): frame is Kind<K> => frame.k === kind);
  }

  get events(): RoomEvent[] {
    return this.all('events').flatMap(({ events }) => events);
  }

  async next<K extends RoomFrame['k']>(kind: K, count = 1): Promise<Kind<K>> {
    return await this.until(() => this.all(kind)[count - 1]);
  }

  async end(): Promise<{ code: number; reason: string }> {
    return await this.until(() => this.closed);
  }

  close(): void {
    this.#socket.close(1000, 'done');
  }
}

export async function openSocket(person: Person, projectId: string): Promise<RoomClient> {
  const { ticket } = await askTicket(person, projectId);
  const { status, webSocket } = await knock(projectId, ticket);
  if (!webSocket) throw new Error(`the handshake was answered with ${status}`);
  return new RoomClient(webSocket);
}

/** A member who is there. */
export async function enterRoom(
  person: Person,
  projectId: string,
  hello: Partial<Extract<ClientFrame, { k: 'hello' }>> = {},
): Promise<RoomClient & { welcome: Welcome }> {
  const client = await openSocket(person, projectId);
  client.say({ k: 'hello', v: 1, sid: crypto.randomUUID(), ...hello });
  return Object.assign(client, { welcome: await client.next('welcome') });
}
