import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { HEARTBEAT_MS, PING, PONG, type RoomFrame, SUBPROTOCOL } from '../../../../src/rooms/protocol.ts';

/** A room in which nothing happens: it welcomes who comes and answers their pings. Resolves `close` at once. */
export function openQuietRoom(server: Server, user: string): { close: () => void } {
  const sockets = new WebSocketServer({ server, handleProtocols: () => SUBPROTOCOL });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const text = String(data);
      if (text === PING) return socket.send(PONG);
      const frame: { k?: string; sid?: string } = JSON.parse(text);
      if (frame.k !== 'hello') return;
      const frames: RoomFrame[] = [
        {
          k: 'welcome',
          sid: frame.sid ?? '',
          user,
          role: 'owner',
          epoch: 'quiet',
          head: 0,
          floor: 1,
          resumed: false,
          why: 'new',
          members: [],
          presenceVersion: 0,
          latest: [],
          heartbeat: HEARTBEAT_MS,
          expires: Date.now() + 3_600_000,
          now: Date.now(),
        },
        { k: 'events', events: [], live: true },
      ];
      socket.send(JSON.stringify(frames));
    });
  });
  return {
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
