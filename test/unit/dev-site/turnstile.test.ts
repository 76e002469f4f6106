import { describe, expect, it } from 'vitest';
import { createTurnstile } from '../../../dev/site/turnstile.ts';

describe('the turnstile', () => {
  it('refuses exactly the first of two, however often they come', () => {
    const turnstile = createTurnstile(() => 1_000_000);
    const imports = [1, 2, 3].map(() => [turnstile.push(), turnstile.push()]);
    expect(imports).toEqual([
      [false, true],
      [false, true],
      [false, true],
    ]);
  });

  it('forgets in two minutes a visitor who did not come back', () => {
    let now = 1_000_000;
    const turnstile = createTurnstile(() => now);
    turnstile.push();
    now += 119_999;
    expect(turnstile.isOpen()).toBe(true);
    now += 1;
    expect(turnstile.isOpen()).toBe(false);
    expect([turnstile.push(), turnstile.push()]).toEqual([false, true]);
  });

  it('lets two in that come at once, each after a refusal', () => {
    const turnstile = createTurnstile(() => 1_000_000);
    const waiting = ['one', 'other'];
    const turns: string[] = [];
    for (let at = 0; waiting.length > 0 && at < 10; at += 1) {
      const visitor = waiting.shift() ?? '';
      const isLetIn = turnstile.push();
      turns.push(`${visitor} ${isLetIn}`);
      if (!isLetIn) waiting.push(visitor);
    }
    expect(waiting).toEqual([]);
    expect(turns.filter((turn) => turn.endsWith('true'))).toHaveLength(2);
  });

  it('is not turned by looking at it', () => {
    const turnstile = createTurnstile(() => 1_000_000);
    expect([turnstile.isOpen(), turnstile.isOpen(), turnstile.push()]).toEqual([false, false, false]);
  });
});
