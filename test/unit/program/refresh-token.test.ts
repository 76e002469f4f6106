import { describe, expect, it } from 'vitest';
import { newSeed, successorOf } from '../../../src/domain/program/refresh-token.ts';

describe('the successor of a refresh token', () => {
  it('is the same for the same token and seed, and another for another of either', () => {
    const [seed, other] = [newSeed(), newSeed()];
    const successor = successorOf('token', seed);
    expect(successor).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(successorOf('token', seed)).toBe(successor);
    expect(successorOf('token', other)).not.toBe(successor);
    expect(successorOf('tokem', seed)).not.toBe(successor);
  });
});
