import type { RoomFrame, Welcome } from '../../src/rooms/protocol.ts';
import type { StoredLatest } from './room-storage.ts';

/** One message: a frame as it is, several as an array. */
export function toMessage(frames: string[]): string {
  return frames.length === 1 ? (frames[0] ?? '') : `[${frames.join(',')}]`;
}

export function encodeFrame(frame: RoomFrame): string {
  return JSON.stringify(frame);
}

/** `events` from bodies that are JSON already. */
export function encodeEvents(bodies: string[], isLive: boolean): string {
  return `{"k":"events","events":[${bodies.join(',')}],"live":${isLive}}`;
}

function encodeValues(values: StoredLatest[]): string {
  return values
    .map(({ key, body, bookmark }) => {
      const more = bookmark === null ? '' : `,"bookmark":${JSON.stringify(bookmark)}`;
      return `{"key":${JSON.stringify(key)},"data":${body}${more}}`;
    })
    .join(',');
}

export function encodeLatest(values: StoredLatest[]): string {
  return `{"k":"latest","values":[${encodeValues(values)}]}`;
}

export function encodeWelcome(welcome: Omit<Welcome, 'latest'>, latest: StoredLatest[]): string {
  return `${JSON.stringify(welcome).slice(0, -1)},"latest":[${encodeValues(latest)}]}`;
}
