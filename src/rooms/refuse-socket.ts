import { SUBPROTOCOL } from './protocol.ts';

/**
 * Refuses a handshake with a close code, for browsers, whose scripts see nothing of an HTTP error. The socket is accepted
 * as an ordinary one: of one that was accepted for hibernation and closed at once, the client hears nothing for 10 s.
 */
export function refuseSocket(code: number, reason: string): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, reason);
  // A browser fails the handshake when none of the protocols that it offered is chosen.
  const headers = { 'sec-websocket-protocol': SUBPROTOCOL };
  return new Response(null, { status: 101, webSocket: client, headers });
}
