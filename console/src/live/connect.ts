import { api, newKey, seeBookmark } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import { connectRoom } from './room-client.ts';
import type { RoomClient, RoomListeners, RoomPorts, TicketAnswer } from './room-types.ts';
import { windowClock } from './timers.ts';

/** This tab's session in every room: it survives a reconnect, not a reload. */
const SID = newKey();
/** A socket that ended without a word, as browsers call it. */
const NO_CODE = 1006;

async function fetchTicket(projectId: string, signal: AbortSignal): Promise<TicketAnswer> {
  try {
    return await api.roomTicket(projectId, signal);
  } catch (error) {
    const { status } = problemOf(error);
    if (status === 0) throw error;
    return { refused: status };
  }
}

const openSocket: RoomPorts['openSocket'] = (path, protocols, { onOpen, onText, onClose }) => {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, protocols);
  socket.addEventListener('open', onOpen);
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') onText(data);
  });
  socket.addEventListener('close', ({ code }) => onClose(code || NO_CODE));
  return {
    // While it closes there is nobody to send to; the close says the rest.
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
  };
};

/** Connects this tab to the room of a project. */
export function connect(projectId: string, listeners: RoomListeners): RoomClient {
  const ports: RoomPorts = {
    fetchTicket: (signal) => fetchTicket(projectId, signal),
    openSocket,
    now: () => Date.now(),
    random: () => Math.random(),
    isHidden: () => document.hidden,
    see: seeBookmark,
    after: windowClock.after,
    report: reportError,
  };
  return connectRoom(SID, ports, listeners);
}
