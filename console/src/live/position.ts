import type { RoomEvent, Welcome } from '../../../src/rooms/protocol.ts';

/** What of the room's log was applied: everything up to `last`. */
export interface Position {
  epoch: string;
  last: number;
}

/** Whether an event is the next one, was applied already, or comes after one that is missing. */
export function placeOf(event: RoomEvent, { last }: Position): 'next' | 'known' | 'gap' {
  if (event.seq <= last) return 'known';
  return event.seq === last + 1 ? 'next' : 'gap';
}

/** Whether the room goes on from where one was; its word alone is not taken for it. */
export function isResumed(welcome: Welcome, position: Position | null): boolean {
  return welcome.resumed && welcome.epoch === position?.epoch && welcome.head >= position.last;
}
