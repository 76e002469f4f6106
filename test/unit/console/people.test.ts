import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assignColours } from '../../../console/src/live/assign-colours.ts';
import { pulseOf } from '../../../console/src/live/import-pulse.ts';
import type { Progress } from '../../../console/src/api/types.ts';

const TOKENS = readFileSync(new URL('../../../console/src/styles/tokens.css', import.meta.url), 'utf8');

function tokenOf(name: string): Record<'light' | 'dark', string> {
  const [, light = '', dark = ''] =
    TOKENS.match(new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`)) ?? [];
  expect([light, dark], name).not.toContain('');
  return { light, dark };
}

/** Red, green and blue in linear light, from 0 to 1. */
function linear(hex: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

/** WCAG 2.2, contrast ratio. */
function contrast(a: string, b: string): number {
  const [dim = 0, bright = 0] = [a, b]
    .map((hex) => {
      const [red, green, blue] = linear(hex);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

/** The distance of two colours in Oklab: https://bottosson.github.io/posts/oklab/ */
function distance(a: string, b: string): number {
  const [first, second] = [a, b].map((hex) => {
    const [red, green, blue] = linear(hex);
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  });
  return Math.hypot(...(first ?? []).map((value, index) => value - (second?.[index] ?? 0)));
}

const PEOPLE = [1, 2, 3, 4, 5, 6].map((number) => `person-${number}`);

describe.each(['light', 'dark'] as const)('the colours of people in the %s theme', (theme) => {
  it.each(PEOPLE)('%s carries text, and is seen on every surface', (name) => {
    const colour = tokenOf(name)[theme];
    expect(contrast(colour, tokenOf('on-person')[theme])).toBeGreaterThan(4.5);
    for (const surface of ['well', 'page', 'panel']) {
      expect(contrast(colour, tokenOf(surface)[theme])).toBeGreaterThan(3);
    }
  });

  it('are apart from each other and from the accent', () => {
    const colours = [...PEOPLE, 'accent'].map((name) => tokenOf(name)[theme]);
    const distances = colours.flatMap((a, index) => colours.slice(index + 1).map((b) => distance(a, b)));
    expect(Math.min(...distances)).toBeGreaterThan(0.09);
  });
});

describe('a person', () => {
  it('has a colour of their own in a team of six, in whatever order the team is told', () => {
    const ids = ['e', 'a', 'f', 'c', 'b', 'd'];
    const colours = assignColours(ids);
    expect([...colours.values()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(assignColours([...ids].reverse())).toEqual(colours);
  });

  it('keeps it when somebody newer joins', () => {
    const before = assignColours(['a', 'b']);
    const after = assignColours(['b', 'z', 'a', 'b']);
    expect([...before].every(([id, colour]) => after.get(id) === colour)).toBe(true);
  });
});

describe('the pulse of imports', () => {
  const progress = (jobId: string, status: Progress['status'], stored: number): Progress => ({
    jobId,
    status,
    total: 9,
    pending: 0,
    done: 9,
    counts: {
      pending: 0,
      deferred: 0,
      stored,
      duplicateExact: 0,
      rejected: 0,
      blocked: 0,
      failed: 0,
      skipped: 0,
    },
    runs: 1,
    rate: 0,
    estimatedEndAt: null,
    startedAt: null,
    finishedAt: null,
    updatedAt: '2026-01-01T00:00:00Z',
  });
  const running = progress('a', 'running', 3);

  it.each([
    ['an image comes in', [progress('a', 'running', 4)]],
    ['an import ends', [progress('a', 'completed', 3)]],
    ['another begins', [running, progress('b', 'queued', 0)]],
  ])('changes when %s', (_, all) => {
    expect(pulseOf(all)).not.toBe(pulseOf([running]));
  });

  it('is the same in whatever order the room tells, and when nothing was added', () => {
    const other = progress('b', 'planning', 0);
    expect(pulseOf([running, other])).toBe(pulseOf([other, { ...running, rate: 7, done: 4 }]));
  });
});
