import { describe, expect, it } from 'vitest';
import { byteStream } from '../../../src/lib/byte-stream.ts';

const KIB = 1024;

async function* pieces(sizes: number[], log: string[] = []): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (const [index, size] of sizes.entries()) {
      log.push(`piece ${index}`);
      yield new Uint8Array(size).fill(index + 1);
    }
  } finally {
    log.push('returned');
  }
}

async function chunkSizes(stream: ReadableStream<Uint8Array>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const chunk of stream) sizes.push(chunk.length);
  return sizes;
}

describe('a byte stream', () => {
  it('gathers small pieces into chunks of 64 KiB and keeps their order', async () => {
    const sizes = Array.from({ length: 200 }, () => KIB);
    expect(await chunkSizes(byteStream(pieces(sizes)))).toEqual([64 * KIB, 64 * KIB, 64 * KIB, 8 * KIB]);
    const bytes = new Uint8Array(await new Response(byteStream(pieces([3, 0, 2]))).arrayBuffer());
    expect([...bytes]).toEqual([1, 1, 1, 3, 3]);
  });

  it('cuts large pieces, and ends cleanly on a full chunk or on nothing', async () => {
    expect(await chunkSizes(byteStream(pieces([150 * KIB])))).toEqual([64 * KIB, 64 * KIB, 22 * KIB]);
    expect(await chunkSizes(byteStream(pieces([64 * KIB])))).toEqual([64 * KIB]);
    expect(await chunkSizes(byteStream(pieces([])))).toEqual([]);
  });

  it('fills the buffer of a reader that brings its own, and settles its last read', async () => {
    const reader = byteStream(pieces([5])).getReader({ mode: 'byob' });
    const first = await reader.read(new Uint8Array(10));
    expect(first.value?.length).toBe(5);
    expect((await reader.read(new Uint8Array(10))).done).toBe(true);
    const empty = byteStream(pieces([])).getReader({ mode: 'byob' });
    expect((await empty.read(new Uint8Array(10))).done).toBe(true);
  });

  it('asks for nothing before it is read, and returns the generator when it is cancelled', async () => {
    const log: string[] = [];
    const stream = byteStream(pieces([64 * KIB, 64 * KIB], log));
    await Promise.resolve();
    expect(log).toEqual([]);
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(log).toEqual(['piece 0', 'returned']);
  });

  it('fails with what the generator throws', async () => {
    async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
      yield new Uint8Array(1);
      throw new Error('the store is gone');
    }
    await expect(new Response(byteStream(broken())).arrayBuffer()).rejects.toThrow('the store is gone');
  });
});
