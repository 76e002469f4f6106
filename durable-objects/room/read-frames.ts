import { utf8 } from '../../src/lib/bytes.ts';
import { type ClientFrame, clientFrame, LIMITS } from '../../src/rooms/protocol.ts';

const KINDS: ReadonlySet<unknown> = new Set<ClientFrame['k']>(['hello', 'pub', 'pres', 'seen', 'bye']);

/** `null` is a frame of a kind that this room does not know, which is ignored. */
export type ReadFrames = { kind: 'frames'; frames: (ClientFrame | null)[] } | { kind: 'bad'; reason: string };

const bad = (reason: string): ReadFrames => ({ kind: 'bad', reason });

/** Parses one message of a client: a frame, or an array of frames. The reason names no more than the kind. */
export function readFrames(message: string | ArrayBuffer): ReadFrames {
  if (typeof message !== 'string') return bad('frames are text');
  if (isLonger(message, LIMITS.durableBytes)) return bad('a frame has at most 64 KiB');
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    return bad('frames are JSON');
  }
  const items = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  // Nothing would be counted of it.
  if (items.length === 0) return bad('a message has a frame');
  const frames: (ClientFrame | null)[] = [];
  for (const item of items) {
    if (!isObject(item)) return bad('a frame is an object');
    if (!KINDS.has(item['k'])) {
      frames.push(null);
      continue;
    }
    if (item['k'] === 'pres' && isLonger(JSON.stringify(item), LIMITS.presenceBytes))
      return bad('pres has at most 2 KiB');
    const frame = clientFrame().safeParse(item);
    if (!frame.success) return bad(`not a valid ${String(item['k'])}`);
    frames.push(frame.data);
  }
  return { kind: 'frames', frames };
}

function isObject(item: unknown): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

/** Encodes only where the number of characters does not already tell. */
export function isLonger(text: string, bytes: number): boolean {
  return text.length > bytes || (text.length * 3 > bytes && utf8(text).length > bytes);
}
