import { describe, expect, it } from 'vitest';
import { sendAll } from '../../../src/lib/send-all.ts';

describe('sending messages', () => {
  it('takes a hundred a call, in order', async () => {
    const calls: number[][] = [];
    const queue = {
      sendBatch: async (batch: Iterable<MessageSendRequest<number>>) =>
        void calls.push([...batch].map(({ body }) => body)),
    };
    await sendAll(
      queue,
      Array.from({ length: 253 }, (_, number) => number),
    );
    expect(calls.map((call) => call.length)).toEqual([100, 100, 53]);
    expect(calls.flat()).toEqual(Array.from({ length: 253 }, (_, number) => number));
  });

  it('makes no call for nothing', async () => {
    let calls = 0;
    await sendAll({ sendBatch: async () => void calls++ }, []);
    expect(calls).toBe(0);
  });
});
