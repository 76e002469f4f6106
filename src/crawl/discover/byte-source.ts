import { ReadStop } from './read-stop.ts';

/** Bounds what one step of a parser can make of one piece. */
const PIECE_BYTES = 65_536;

/** The bytes of a body, in small pieces and under a cap. Reading throws the ReadStop that says why there is no more. */
export interface ByteSource {
  /** The first `count` bytes of what comes next, fewer at the end; next() gives them still. */
  peek(count: number): Promise<Uint8Array>;
  /** Null at the end. */
  next(): Promise<Uint8Array | null>;
  /** Tells the other side that no more is wanted; at any time, also while next() waits. */
  cancel(): Promise<void>;
}

export function createByteSource(body: ReadableStream<Uint8Array>, maxBytes: number): ByteSource {
  const reader = body.getReader();
  let rest: Uint8Array = new Uint8Array(0);
  let left = maxBytes;

  /** Adds a chunk to the rest; false at the end. */
  async function fill(): Promise<boolean> {
    if (left < 0) throw new ReadStop('too_large', `more than ${maxBytes} bytes`);
    const chunk = await readChunk();
    if (chunk === null) return false;
    const taken = chunk.subarray(0, left);
    left -= chunk.length;
    rest = rest.length === 0 ? taken : joined(rest, taken);
    return true;
  }

  async function readChunk(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await reader.read();
      return done ? null : value;
    } catch (error) {
      throw new ReadStop('interrupted', `the bytes stopped coming: ${String(error)}`);
    }
  }

  return {
    async peek(count) {
      while (rest.length < count && left >= 0 && (await fill()));
      return rest.subarray(0, count);
    },
    async next() {
      while (rest.length === 0) if (!(await fill())) return null;
      const piece = rest.subarray(0, PIECE_BYTES);
      rest = rest.subarray(PIECE_BYTES);
      return piece;
    },
    async cancel() {
      // A body that broke off cannot be cancelled, and need not be.
      await reader.cancel().catch(() => undefined);
    },
  };
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
