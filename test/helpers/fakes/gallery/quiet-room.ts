import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import {
  HEARTBEAT_MS,
  PING,
  PONG,
  type ProjectEventType,
  type RoomEvent,
  type RoomFrame,
  SUBPROTOCOL,
} from '../../../../src/rooms/protocol.ts';

interface QuietRoom {
  /** Tells everybody of an event, as done by a teammate. */
  tell: (type: ProjectEventType, data: RoomEvent['data']) => void;
  close: () => void;
}

/** A room in which nothing happens but what is told: it welcomes who comes and answers their pings. */
export function openQuietRoom(server: Server, user: string): QuietRoom {
  let head = 0;
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
          head,
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
    tell: (type, data) => {
      head += 1;
      const event: RoomEvent = { seq: head, type, id: `evt_${head}`, user: 'usr_2', ts: Date.now(), data };
      const frame: RoomFrame = { k: 'events', events: [event], live: true };
      for (const socket of sockets.clients) socket.send(JSON.stringify([frame]));
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
