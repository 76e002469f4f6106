import { describe, expect, it } from 'vitest';
import { isCronDue, readCrons } from '../../../dev/stack/cron.ts';

const sunday = new Date('2026-11-22T03:15:00Z');

describe('a cron expression', () => {
  it.each([
    ['* * * * *', true],
    ['15 3 * * *', true],
    ['*/5 * * * *', true],
    ['*/4 * * * *', false],
    ['10-20/5 1,3 * * *', true],
    ['15 4 * * *', false],
    ['15 3 22 11 *', true],
    ['15 3 * NOV SUN', true],
    ['15 3 * * 1', true],
    ['15 3 * * 2', false],
    ['15 3 1 * 1', true],
  ])('%s at 03:15 on Sunday, 22 November: %s', (expression, isDue) => {
    expect(isCronDue(expression, sunday)).toBe(isDue);
  });

  it('is read from wrangler.toml, comments left out', () => {
    const toml = '[triggers]\n# crons = ["0 0 * * *"]\ncrons = [\n  "* * * * *",\n  \'0 3 * * *\'\n]\n';
    expect(readCrons(toml)).toEqual(['* * * * *', '0 3 * * *']);
    expect(readCrons('name = "x"')).toEqual([]);
  });
});
