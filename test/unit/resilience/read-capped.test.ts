import { describe, expect, it } from 'vitest';
import { readCapped } from '../../../src/resilience/read-capped.ts';

const LONG_MS = 60_000;

function bodyOf(...chunks: number[][]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Uint8Array.from(chunk));
      controller.close();
    },
  });
}

describe('reading a body', () => {
  it('joins its chunks', async () => {
    expect(await readCapped(bodyOf([1, 2], [], [3]), 3, LONG_MS)).toEqual(Uint8Array.from([1, 2, 3]));
  });

  it('finds nothing where there is nothing', async () => {
    expect(await readCapped(null, 3, LONG_MS)).toEqual(new Uint8Array(0));
    expect(await readCapped(bodyOf(), 3, LONG_MS)).toEqual(new Uint8Array(0));
  });

  it('stops with the byte that is too many, and asks for no more', async () => {
    let asked = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          asked++;
          controller.enqueue(new Uint8Array(2));
        },
        cancel() {
          isCancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    await expect(readCapped(endless, 1024 * 1024, LONG_MS)).rejects.toMatchObject({
      code: 'payload_too_large',
      message: 'The limit is 1 MiB.',
    });
    expect([asked, isCancelled]).toEqual([512 * 1024 + 1, true]);
  });

  it('gives up on a sender that never ends', async () => {
    let isCancelled = false;
    const silent = new ReadableStream<Uint8Array>({
      cancel() {
        isCancelled = true;
      },
    });
    await expect(readCapped(silent, 10, 1)).rejects.toMatchObject({
      code: 'request_timeout',
      message: 'The body did not arrive within 0.001 s.',
    });
    expect(isCancelled).toBe(true);
  });

  it('says when the sender broke off', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('reset'));
      },
    });
    await expect(readCapped(broken, 10, LONG_MS)).rejects.toMatchObject({
      code: 'invalid_request',
      options: { errors: [{ path: 'body', message: 'broke off' }] },
    });
  });
});
