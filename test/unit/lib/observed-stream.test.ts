import { describe, expect, it } from 'vitest';
import { observedStream } from '../../../src/lib/observed-stream.ts';

const CHUNKS = [1, 2, 3].map((byte) => new Uint8Array([byte]));

/** A stream of CHUNKS, breaking off before the chunk `breaksAt`, and what was seen of it. */
function observe(breaksAt = Number.POSITIVE_INFINITY) {
  const seen: string[] = [];
  let index = 0;
  const source = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.push('pull');
        if (index === breaksAt) throw new Error('broke off');
        const chunk = CHUNKS[index++];
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel() {
        seen.push('cancel');
      },
    },
    { highWaterMark: 0 },
  );
  const stream = observedStream(source, { onChunk: () => seen.push('chunk'), onEnd: () => seen.push('end') });
  return { stream, seen };
}

describe('an observed stream', () => {
  it('passes the bytes on and tells of its end', async () => {
    const { stream, seen } = observe();
    expect(new Uint8Array(await new Response(stream).arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    expect(seen.filter((event) => event !== 'pull')).toEqual(['chunk', 'chunk', 'chunk', 'end']);
  });

  it('asks for nothing before it is read', async () => {
    const { stream, seen } = observe();
    await Promise.resolve();
    expect(seen).toEqual([]);
    await stream.cancel();
  });

  it('tells of an end by a reader that turns away, who reaches the source', async () => {
    const { stream, seen } = observe();
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(seen).toEqual(['pull', 'chunk', 'end', 'cancel']);
  });

  it('tells that it waits before it asks for a chunk', async () => {
    const seen: string[] = [];
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([1]));
        controller.close();
      },
    });
    const stream = observedStream(source, {
      onWait: () => seen.push('wait'),
      onChunk: () => seen.push('chunk'),
      onEnd: () => seen.push('end'),
    });
    await Promise.resolve();
    expect(seen).toEqual([]);
    await new Response(stream).arrayBuffer();
    expect(seen).toEqual(['wait', 'chunk', 'wait', 'end']);
  });

  it('tells of a break, once, and breaks', async () => {
    const { stream, seen } = observe(1);
    await expect(new Response(stream).arrayBuffer()).rejects.toThrow('broke off');
    expect(seen).toEqual(['pull', 'chunk', 'pull', 'end']);
  });

  it('ends once when its reader turns away from a read that waits', async () => {
    const seen: string[] = [];
    const endless = new ReadableStream<Uint8Array>({}, { highWaterMark: 0 });
    const stream = observedStream(endless, {
      onChunk: () => seen.push('chunk'),
      onEnd: () => seen.push('end'),
    });
    const reader = stream.getReader();
    const waiting = reader.read();
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    await reader.cancel();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await settle();
    expect(seen).toEqual(['end']);
  });
});
