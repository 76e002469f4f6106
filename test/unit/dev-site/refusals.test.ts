import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCollection, type Site } from '../../../dev/site/serve.ts';
import { findUrl, follow, readManifest, type Entry } from './read-manifest.ts';
import { recordCollection } from './record-collection.ts';

let site: Site;
let urls: Entry[];

beforeAll(async () => {
  site = await serveCollection(await recordCollection(), { port: 0 });
  ({ urls } = await readManifest(site));
});

afterAll(async () => await site.close());

const find = (end: string): string => findUrl(urls, end);

function entriesOf(expected: string, reason?: string): Entry[] {
  return urls.filter((entry) => entry.expected === expected && entry.reason === reason);
}

describe('what is kept out', () => {
  /** The longest pattern of one group that matches, RFC 9309 section 2.2.2. */
  function isDisallowed(robots: string, agent: string, path: string): boolean {
    const group = robots.split('\n\n').find((part) => part.includes(`User-agent: ${agent}\n`)) ?? '';
    const rules = [...group.matchAll(/^(Allow|Disallow): (\S+)$/gm)].flatMap(([, kind, pattern = '']) => {
      const source = pattern.replaceAll(/[.?+]/g, '\\$&').replaceAll('*', '.*');
      return new RegExp(`^${source}`).test(path) ? [{ kind, length: pattern.length }] : [];
    });
    return rules.toSorted((a, b) => b.length - a.length)[0]?.kind === 'Disallow';
  }

  async function readDisallowed(agent: string): Promise<string[]> {
    const robots = new Map<string, string>();
    for (const origin of site.origins) {
      robots.set(origin, await (await fetch(`${origin}/robots.txt`)).text());
    }
    return urls
      .map(({ url }) => new URL(url))
      .filter(({ origin, pathname }) => isDisallowed(robots.get(origin) ?? '', agent, pathname))
      .map(({ href }) => href);
  }

  it('by robots.txt is exactly what the group of this crawler disallows', async () => {
    const blocked = entriesOf('blocked', 'robots').map(({ url }) => url);
    expect(blocked).toHaveLength(3);
    expect(await readDisallowed('DarkroomBot')).toEqual(blocked);
  });

  it('by robots.txt is something else for everybody else, and has an exception', async () => {
    const others = await readDisallowed('*');
    expect(others).toEqual([find('/archive/harbour.jpg')]);
    expect(entriesOf('stored').map(({ url }) => url)).toEqual(
      expect.arrayContaining([...others, find('/private/press/portrait.jpg')]),
    );
  });

  it('by X-Robots-Tag says so to this crawler, and what says it to another is stored', async () => {
    const tags = new Map<string, string>();
    for (const { url } of urls.filter(({ url }) => url.includes('/reserved/'))) {
      const { headers } = await fetch(url, { method: 'HEAD' });
      tags.set(new URL(url).pathname, headers.get('x-robots-tag') ?? '');
    }
    expect(Object.fromEntries(tags)).toEqual({
      '/reserved/all.jpg': 'noai',
      '/reserved/images.jpg': 'noimageai',
      '/reserved/several.jpg': 'noarchive, NoAI',
      '/reserved/this-crawler.jpg': 'DarkroomBot: noai',
      '/reserved/other-crawler.jpg': 'otherbot: noai',
    });
    expect(entriesOf('blocked', 'noai').map(({ url }) => new URL(url).pathname)).toEqual(
      [...tags.keys()].filter((path) => path !== '/reserved/other-crawler.jpg'),
    );
  });
});

describe('the redirects', () => {
  it.each([
    ['/moved/one-hop.jpg', 1],
    ['/moved/elsewhere.jpg', 1],
    ['/moved/four-hops.jpg', 4],
    ['/moved/five-hops.jpg', 5],
  ])('of %s are %i in a row', async (path, expected) => {
    const { response, hops } = await follow(find(path), site, 'HEAD');
    expect([response.status, hops]).toEqual([200, expected]);
  });

  it('lead to another origin, in a circle, and to a private address', async () => {
    const elsewhere = find('/moved/elsewhere.jpg');
    expect((await follow(elsewhere, site, 'HEAD')).url.origin).not.toBe(new URL(elsewhere).origin);
    expect((await follow(find('/moved/loop.jpg'), site, 'HEAD')).hops).toBeGreaterThan(20);
    expect((await follow(find('/moved/private.jpg'), site, 'HEAD')).url.href).toBe(
      'http://10.0.0.1/photograph.jpg',
    );
  });
});
