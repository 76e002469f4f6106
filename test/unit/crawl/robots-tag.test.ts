import { describe, expect, it } from 'vitest';
import { readXRobotsTag } from '../../../src/crawl/robots/x-robots-tag.ts';

function read(header: string | null): string[] {
  return Object.entries(readXRobotsTag(header)).flatMap(([name, isSet]) => (isSet ? [name] : []));
}

describe('an X-Robots-Tag', () => {
  it.each([
    [null, []],
    ['', []],
    ['noai', ['noai']],
    ['NoAI, NoImageAI', ['noai', 'noimageai']],
    ['nofollow,noindex ,noarchive', ['noindex']],
    ['none', ['noindex']],
    ['all', []],
    ['noaix, xnoai, no-ai', []],
    ['googlebot: noindex, noai', []],
    ['noai, googlebot: noindex', ['noai']],
    ['googlebot: noai, DarkroomBot: noindex, noimageai', ['noimageai', 'noindex']],
    ['darkroombot:noai', ['noai']],
    ['DarkroomBot/0.1: noai', ['noai']],
    ['DarkroomBotX: noai', []],
    ['otherbot: noindex, *: noai', ['noai']],
    ['360spider: noindex', []],
    ['darkroombot: none, bingbot: noai', ['noindex']],
    ['unavailable_after: 25 Jun 2010 15:00:00 PST, noai', ['noai']],
    ['unavailable_after: Fri, 25-Jun-2010 15:00:00 GMT, noindex', ['noindex']],
    ['bingbot: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, noindex', []],
    ['darkroombot: unavailable_after: 2010-06-25T15:00:00Z, noindex', ['noindex']],
    ['max-snippet: 20, max-image-preview: large, max-video-preview:-1, noindex', ['noindex']],
    [': noai', []],
    [',,:,', []],
  ])('%j says %j to us', (header, said) => {
    expect(read(header)).toEqual(said);
  });

  it('of any length is read once', () => {
    expect(read(`${'a:'.repeat(50_000)}${', '.repeat(50_000)}noai`)).toEqual([]);
    expect(read(`${' '.repeat(100_000)}x${', '.repeat(50_000)}noai`)).toEqual(['noai']);
  });
});
