import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../../src/lib/clock.ts';
import { describeError, logEvent } from '../../src/observability/logger.ts';
import { readGuest } from '../../src/rooms/connect.ts';
import { PING, PONG, SESSION_MS, SUBPROTOCOL } from '../../src/rooms/protocol.ts';
import { refuseSocket } from '../../src/rooms/refuse-socket.ts';
import type { PublishedEvent, RoomRpc } from '../../src/rooms/room.ts';
import { type Link, newSession, type Session } from './link.ts';
import { LiveRoom } from './live-room.ts';
import { readFrames } from './read-frames.ts';
import { readSession, SocketLink } from './socket-link.ts';
import { createReports, type Reports } from './reports.ts';
import { createSqlRoomStorage } from './sql-room-storage.ts';

/** Sessions that began together end within this time, not all at once. */
const EXPIRY_SPREAD_MS = 5 * 60_000;

/** The room of one project, after which the object is named. It hibernates while nobody says anything. */
export class Room extends DurableObject<object> implements RoomRpc {
  readonly #reports: Reports;
  #room: LiveRoom;
  /** Of the alarm, in ms since 1970. */
  #armedAt: number | null = null;

  constructor(state: DurableObjectState, env: object) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.#reports = createReports(state.id.name ?? '', env, (work) => state.waitUntil(work));
    this.#room = this.#open();
    void state.blockConcurrencyWhile(async () => {
      this.#armedAt = await state.storage.getAlarm();
    });
  }

  /** The handshake, of which the Worker has verified the ticket. */
  override async fetch(request: Request): Promise<Response> {
    const guest = readGuest(request.headers);
    const refusal = this.#room.refusalOf(guest);
    if (refusal) return refuseSocket(refusal.code, refusal.reason);
    const { 0: client, 1: server } = new WebSocketPair();
    const now = systemClock.now();
    const expiresAt = Math.floor(now + SESSION_MS - Math.random() * EXPIRY_SPREAD_MS);
    this.ctx.acceptWebSocket(server);
    this.#room.connect(this.#toLink(server, newSession(guest, now, expiresAt)));
    const headers = { 'sec-websocket-protocol': SUBPROTOCOL };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const link = this.#linkOf(socket);
    if (link) this.#room.receive(link, readFrames(message));
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#disconnect(socket);
    // The other end waits for the answer, unless the platform has given it.
    if (socket.readyState !== WebSocket.CLOSED) socket.close(1000);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#disconnect(socket);
  }

  override async alarm(): Promise<void> {
    this.#armedAt = null;
    const next = this.#room.tick();
    if (this.#room.isOver) return await this.#forget();
    if (next !== null) this.#arm(next);
  }

  async publish(events: PublishedEvent[]): Promise<void> {
    this.#room.publish(events);
  }

  async setLatest(
    key: string,
    data: Record<string, unknown>,
    version: number,
    bookmark?: string,
  ): Promise<{ watched: boolean }> {
    return this.#room.setLatest(key, data, version, bookmark);
  }

  async dropLatest(key: string): Promise<void> {
    this.#room.dropLatest(key);
  }

  async dismiss(userId: string, code: number): Promise<void> {
    this.#room.dismiss(userId, code);
  }

  async endSessions(userId: string, sessions: string[]): Promise<void> {
    this.#room.endSessions(userId, sessions);
  }

  async close(code: number): Promise<void> {
    this.#room.close(code);
  }

  async drain(id: string, timeoutMs: number): Promise<number> {
    return this.#room.drain(id, timeoutMs);
  }

  async stopDrain(id: string): Promise<void> {
    this.#room.stopDrain(id);
  }

  #open(): LiveRoom {
    const storage = createSqlRoomStorage(this.ctx.storage.sql);
    const after = (ms: number, call: () => void) => void setTimeout(() => this.#guard(call), ms);
    const dueBy = (at: number) => this.#arm(at);
    const links = this.ctx.getWebSockets().flatMap((socket) => {
      const session = readSession(socket);
      return session ? [this.#toLink(socket, session)] : [];
    });
    const { tellCount, tellDrained } = this.#reports;
    return new LiveRoom({ storage, clock: systemClock, after, dueBy, tellCount, tellDrained }, links);
  }

  #toLink(socket: WebSocket, session: Session): SocketLink {
    const pingedAt = () => this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
    return new SocketLink(socket, session, pingedAt);
  }

  #linkOf(socket: WebSocket): Link | null {
    const session = readSession(socket);
    return session && this.#room.find(session.id);
  }

  #disconnect(socket: WebSocket): void {
    const link = this.#linkOf(socket);
    if (link) this.#room.disconnect(link);
  }

  #arm(at: number): void {
    if (this.#armedAt !== null && this.#armedAt <= at) return;
    this.#armedAt = at;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(at));
  }

  /** A timer has nobody to throw to. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      logEvent('error', 'room_failed', { room: this.ctx.id.name ?? '', ...describeError(error) });
    }
  }

  async #forget(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.#room = this.#open();
  }
}
