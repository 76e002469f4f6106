import { describe, expect, it } from 'vitest';
import { oncePerBytes } from '../../../src/media/image/once.ts';

describe('reading once', () => {
  it('reads the same bytes once, and equal ones anew', () => {
    let reads = 0;
    const read = oncePerBytes((bytes) => ({ first: bytes[0], read: ++reads }));
    const bytes = Uint8Array.of(7);
    expect([read(bytes), read(bytes)]).toEqual([
      { first: 7, read: 1 },
      { first: 7, read: 1 },
    ]);
    expect(read(Uint8Array.of(7))).toEqual({ first: 7, read: 2 });
  });

  it('tries again what failed', () => {
    let tries = 0;
    const read = oncePerBytes((): object => {
      throw new Error(`try ${++tries}`);
    });
    const bytes = new Uint8Array(1);
    expect(() => read(bytes)).toThrow('try 1');
    expect(() => read(bytes)).toThrow('try 2');
  });
});
