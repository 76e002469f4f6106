import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import * as z from 'zod';

const DEADLINE_MS = 5_000;
/** Leaves 24 MiB of the 128 MB to buffers, which is what a consumer may have in flight. */
export const HEAP_LIMIT_MIB = 104;

/**
 * Has the next workerd end when one of its heaps cannot do with the limit, as Cloudflare would: by itself it knows none.
 * Miniflare reads the flags of V8 from its environment.
 */
export function limitHeap(): void {
  process.env['MINIFLARE_WORKERD_V8_FLAGS'] = `--max-heap-size=${HEAP_LIMIT_MIB}`;
}

/** Bytes of the one isolate that the Worker and its Durable Objects share. */
export interface Heap {
  used: number;
  /** Of array buffers, which live beside the heap. */
  buffers: number;
}

const Answer = z.object({
  id: z.number(),
  result: z.object({
    usedSize: z.number(),
    embedderHeapUsedSize: z.number().default(0),
    backingStorageSize: z.number().default(0),
  }),
});

export interface HeapProbe {
  /** Null while the isolate does not answer. */
  read(): Promise<Heap | null>;
  close(): void;
}

/** The inspector's port is in the arguments of `wrangler dev`. */
function inspectorPortOf(pid: number): string {
  const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const port = args[args.indexOf('--inspector-port') + 1];
  if (port === undefined) throw new Error('The Worker runs without an inspector.');
  return port;
}

/** Asks the Worker's isolate for the size of its heap (https://chromedevtools.github.io/devtools-protocol/v8/Runtime/). */
export async function openHeapProbe(workerPid: number): Promise<HeapProbe> {
  const socket = new WebSocket(`ws://127.0.0.1:${inspectorPortOf(workerPid)}/ws`);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<number, (heap: Heap) => void>();
  socket.on('message', (data: Buffer) => {
    const answer = Answer.safeParse(JSON.parse(data.toString()));
    if (!answer.success) return;
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = answer.data.result;
    waiting.get(answer.data.id)?.({ used: usedSize + embedderHeapUsedSize, buffers: backingStorageSize });
    waiting.delete(answer.data.id);
  });
  let last = 0;
  return {
    async read() {
      const id = ++last;
      const answer = new Promise<Heap>((resolve) => waiting.set(id, resolve));
      socket.send(JSON.stringify({ id, method: 'Runtime.getHeapUsage' }));
      const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), DEADLINE_MS).unref());
      return await Promise.race([answer, late]);
    },
    close: () => socket.close(),
  };
}
