import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchRobots } from '../../../src/crawl/robots/fetch-robots.ts';
import { MAX_ROBOTS_BYTES } from '../../../src/crawl/robots/parse-robots.ts';

const RULES = 'User-agent: *\nDisallow: /private\n';
const READ = { kind: 'read', rules: { disallow: ['/private'] }, maxAgeMs: null };
const ALL_ALLOWED = { kind: 'read', rules: { allow: [], disallow: [], crawlDelayMs: null, sitemaps: [] } };

type Answer = (response: http.ServerResponse, path: string) => void;
/** What the server answers, whatever it is asked for. */
let answer: Answer;
let seen: http.IncomingMessage[] = [];
const server = http.createServer((request, response) => {
  seen.push(request);
  answer(response, request.url ?? '');
});
let origin: string;
let canary: string;
let knocks = 0;
/** Nobody may ever connect to it. */
const canaryServer = http.createServer().on('connection', (socket) => {
  knocks++;
  socket.destroy();
});

beforeAll(async () => {
  for (const one of [server, canaryServer]) {
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  }
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  canary = `http://127.0.0.1:${(canaryServer.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
  knocks = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  canaryServer.close();
});

const asked: string[] = [];
async function read(next: Answer) {
  answer = next;
  asked.length = 0;
  return await fetchRobots(origin, {
    userAgent: 'DarkroomBot/0.1 (+https://darkroom.test)',
    fetch,
    async refuse(url) {
      asked.push(url.href);
      return url.origin === origin ? null : 'not asked';
    },
  });
}

/** Redirects `hops` times before it answers. */
const redirectTimes = (hops: number): Answer => {
  return (response, path) => {
    const hop = Number(path.split('=')[1] ?? 0);
    if (hop === hops) response.end(RULES);
    else response.writeHead(301 + (hop % 2), { location: `/elsewhere?hop=${hop + 1}#x` }).end();
  };
};

describe('the robots.txt of an origin', () => {
  it('is asked for once, under our own name', async () => {
    expect(await read((response) => response.end(RULES))).toMatchObject(READ);
    expect(seen.map(({ url, method }) => [method, url])).toEqual([['GET', '/robots.txt']]);
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'DarkroomBot/0.1 (+https://darkroom.test)' });
    expect(seen[0]?.headers.cookie).toBeUndefined();
  });

  it('may be compressed, have any type, or be empty', async () => {
    const packed: Answer = (response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'image/png' })
        .end(gzipSync(RULES));
    expect(await read(packed)).toMatchObject(READ);
    expect(await read((response) => response.writeHead(204).end())).toMatchObject(ALL_ALLOWED);
    expect(await read((response) => response.end('<!doctype html><p>Home'))).toMatchObject(ALL_ALLOWED);
  });

  it('is read up to 500 KiB, also when it never ends', async () => {
    const block = Buffer.alloc(64 * 1024, '#\n');
    const endless: Answer = (response) => {
      response.write(RULES);
      const more = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    };
    expect(await read(endless)).toMatchObject(READ);
    const bomb = gzipSync(Buffer.concat([Buffer.from(RULES), Buffer.alloc(64 * MAX_ROBOTS_BYTES)]));
    const packed: Answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect(await read(packed)).toMatchObject(READ);
  });

  it('is followed over five redirects; after that there is none', async () => {
    expect(await read(redirectTimes(5))).toMatchObject(READ);
    expect(asked).toEqual([
      `${origin}/robots.txt`,
      ...Array.from({ length: 5 }, (_, hop) => `${origin}/elsewhere?hop=${hop + 1}`),
    ]);
    expect(await read(redirectTimes(6))).toMatchObject(ALL_ALLOWED);
    expect(seen).toHaveLength(12);
  });

  it('is not read where we do not ask, and nobody hears of it there', async () => {
    const away: Answer = (response) => response.writeHead(302, { location: `${canary}/robots.txt` }).end();
    expect(await read(away)).toEqual({ kind: 'unreachable', detail: 'not asked' });
    expect(asked).toEqual([`${origin}/robots.txt`, `${canary}/robots.txt`]);
    expect(knocks).toBe(0);
  });

  it.each([400, 401, 403, 404, 410, 451, 499])('does not exist when the answer is %d', async (status) => {
    expect(await read((response) => response.writeHead(status).end(RULES))).toMatchObject(ALL_ALLOWED);
  });

  it.each([
    ['429', (response) => response.writeHead(429).end(RULES)],
    ['500', (response) => response.writeHead(500).end(RULES)],
    ['503', (response) => response.writeHead(503).end(RULES)],
    ['530', (response) => response.writeHead(530).end(RULES)],
    ['304', (response) => response.writeHead(304).end()],
    ['a redirect without a place', (response) => response.writeHead(302).end()],
    ['a redirect to nowhere', (response) => response.writeHead(302, { location: 'http://' }).end()],
    ['a broken connection', (response) => response.socket?.destroy()],
    [
      'a body that breaks off',
      (response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('User-agent: *\n', () => response.socket?.resetAndDestroy());
      },
    ],
  ] satisfies [string, Answer][])('cannot be known after %s', async (_, next) => {
    expect(await read(next)).toEqual({ kind: 'unreachable', detail: expect.stringMatching(/./) });
  });

  it('has ten seconds in all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const slow: Answer = (response) => {
      vi.advanceTimersByTime(5_000);
      if (seen.length === 1) response.writeHead(302, { location: '/again' }).end();
    };
    expect(await read(slow)).toEqual({ kind: 'unreachable', detail: 'no complete answer within 10 s' });
    expect(seen).toHaveLength(2);
  });

  it('leaves no timer behind', async () => {
    const stop = vi.spyOn(globalThis, 'clearTimeout');
    const start = vi.spyOn(globalThis, 'setTimeout');
    await read((response) => response.end(RULES));
    const own = start.mock.calls.findIndex(([, ms]) => ms === 10_000);
    expect(stop.mock.calls.flat()).toContain(start.mock.results[own]?.value);
  });

  it.each([
    ['max-age=60', 60_000],
    ['public, MAX-AGE="3600"', 3_600_000],
    ['s-maxage=5', null],
    ['max-age=600, no-store', 0],
    ['no-cache', 0],
    ['max-age=x', null],
    ['private', null],
  ])('may be kept as Cache-Control says: %s', async (header, maxAgeMs) => {
    for (const status of [200, 404]) {
      const next: Answer = (response) => response.writeHead(status, { 'cache-control': header }).end();
      expect(await read(next)).toMatchObject({ kind: 'read', maxAgeMs });
    }
  });
});
