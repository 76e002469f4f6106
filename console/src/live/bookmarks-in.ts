import type { RoomFrame } from '../../../src/rooms/protocol.ts';

function toldIn(frame: RoomFrame): readonly { bookmark?: string | undefined }[] {
  if (frame.k === 'events') return frame.events;
  if (frame.k === 'welcome') return frame.latest;
  return frame.k === 'latest' ? frame.values : [];
}

/** The bookmarks of everything that a message tells. */
export function bookmarksIn(frames: RoomFrame[]): string[] {
  return frames.flatMap(toldIn).flatMap(({ bookmark }) => bookmark ?? []);
}
