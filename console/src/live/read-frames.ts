import './no-eval.ts';
import { roomFrame } from '../../../src/rooms/protocol.ts';
import type { RoomFrame } from '../../../src/rooms/protocol.ts';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The frames of a message. What is not known, or not as agreed, is left out: a missing event shows as a gap. */
export function readFrames(text: string): RoomFrame[] {
  const message = parseJson(text);
  return (Array.isArray(message) ? message : [message]).flatMap((value) => {
    const { success, data } = roomFrame().safeParse(value);
    return success ? [data] : [];
  });
}
