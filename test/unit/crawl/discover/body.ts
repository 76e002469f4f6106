import { utf8 } from '../../../../src/lib/bytes.ts';

export interface TestBody {
  stream: ReadableStream<Uint8Array>;
  /** Bytes that were asked for. */
  sent(): number;
  isCancelled(): boolean;
}

/** A body in chunks of the given sizes, over and over, that hands out nothing before it is asked to. */
export function bodyOf(content: string | Uint8Array, sizes: readonly number[] = [1_000]): TestBody {
  const bytes = typeof content === 'string' ? utf8(content) : content;
  let at = 0;
  return bodyFrom((turn) => {
    const size = sizes[turn % sizes.length] ?? 1;
    const chunk = bytes.slice(at, at + size);
    at += size;
    return chunk.length > 0 ? chunk : null;
  });
}

/** A body of what `next` gives until it gives null; it breaks off when `next` throws. */
export function bodyFrom(next: (turn: number) => Uint8Array | null): TestBody {
  let turn = 0;
  let sent = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = next(turn);
        turn += 1;
        if (!chunk) return controller.close();
        sent += chunk.length;
        return controller.enqueue(chunk);
      },
      cancel() {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, sent: () => sent, isCancelled: () => isCancelled };
}
