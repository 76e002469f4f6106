import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGate, FORGET_AFTER_MS } from '../../../durable-objects/host-gate/gate.ts';
import { MAX_OPEN_SLOTS } from '../../../durable-objects/host-gate/pace.ts';
import type { NameService } from '../../../src/crawl/name-service.ts';
import { nameServiceAt } from '../../helpers/caller.ts';
import { type DohEntry, type DohServer, startDohServer, writeDohReply } from '../../helpers/doh-server.ts';

const NOW = 1_760_000_000_000;
const PUBLIC = { A: ['93.184.215.14'] };
const NAMED = 'http://photos.example';

/** A server of this machine that counts who comes; `answer` says what it does with /robots.txt. */
function createSite() {
  const site = {
    requests: [] as string[],
    knocks: 0,
    origin: '',
    answer: (response: http.ServerResponse): void => void response.writeHead(404).end(),
    server: http.createServer((request, response) => {
      site.requests.push(`${request.headers.host} ${request.url}`);
      site.answer(response);
    }),
  };
  site.server.on('connection', () => site.knocks++);
  // A request over a kept connection would be no knock.
  site.server.maxRequestsPerSocket = 1;
  return site;
}

const site = createSite();
/** At an address that is never allowed: nobody may connect to it. */
const canary = createSite();
let doh: DohServer;
let zone: Record<string, DohEntry>;
let now: number;
let stored: Map<string, unknown>;

beforeAll(async () => {
  for (const one of [site, canary]) {
    await new Promise<void>((resolve) => one.server.listen(0, '127.0.0.1', resolve));
    one.origin = `http://127.0.0.1:${(one.server.address() as AddressInfo).port}`;
  }
  doh = await startDohServer(new Proxy({}, { get: (_, name) => zone[String(name)] }));
});
beforeEach(() => {
  now = NOW;
  stored = new Map();
  zone = { 'photos.example': PUBLIC };
  doh.questions.length = 0;
  for (const one of [site, canary]) {
    one.requests.length = 0;
    one.knocks = 0;
  }
  site.answer = (response) => response.writeHead(404).end();
});
afterAll(async () => {
  for (const { server } of [site, canary]) {
    server.closeAllConnections();
    server.close();
  }
  await doh.close();
});

/** Stands for the way to other machines: every name leads to the site, and nothing leaves this machine. */
const fetchLocally: typeof fetch = async (input, init) => {
  const url = new URL(String(input));
  if (url.hostname.endsWith('.example')) return await fetch(new URL(url.pathname, site.origin), init);
  return await fetch(input, init);
};

/** A gate over what is stored; a second one is what comes after an eviction. */
function openGate(
  settings: { requestsPerSecond?: number; ownHost?: string } = {},
  names: NameService | null = nameServiceAt(doh.url),
) {
  return createGate({
    settings: {
      userAgent: 'DarkroomBot/0.1',
      requestsPerSecond: 5,
      allowedOrigins: [site.origin],
      ownHost: 'darkroom.test',
      ...settings,
    },
    clock: { now: () => now },
    fetch: fetchLocally,
    names,
    storage: {
      // As the platform does: what is stored is a copy.
      get: <T>(key: string) => structuredClone(stored.get(key)) as T | undefined,
      put: (key, value) => void stored.set(key, structuredClone(value)),
    },
  });
}

function robots(text: string, headers: http.OutgoingHttpHeaders = {}): void {
  site.answer = (response) => response.writeHead(200, headers).end(text);
}

const ask = (origin: string, booking = 'a', count = 1) => ({
  origin,
  booking,
  paths: Array.from({ length: count }, () => '/x.jpg'),
});

describe('an origin on this machine that is allowed', () => {
  it('is asked for its rules once, and not looked up', async () => {
    robots('User-agent: *\nDisallow: /private\nCrawl-delay: 2');
    const gate = openGate({}, null);
    const first = await gate.reserve(ask(site.origin, 'a', 2));
    const second = await gate.reserve(ask(site.origin, 'b'));
    expect(first).toMatchObject({ kind: 'go', turns: [NOW, NOW + 2_000], intervalMs: 2_000 });
    expect(second).toMatchObject({ kind: 'go', turns: [NOW + 6_000] });
    const closed = { origin: site.origin, booking: 'c', paths: ['/private/x', '/y', '/private/z'] };
    expect(await gate.reserve(closed)).toMatchObject({ turns: [null, NOW + 8_000, null] });
    expect(site.requests).toHaveLength(1);
    expect(site.requests[0]).toMatch(/ \/robots\.txt$/);
    expect(doh.questions).toEqual([]);
  });

  it('may be asked late as far as the turns reach that nobody else has between them', async () => {
    robots('User-agent: *\nCrawl-delay: 2\nDisallow: /private');
    const gate = openGate();
    const three = { origin: site.origin, booking: 'a', paths: ['/1', '/private/2', '/3', '/4'] };
    // Three turns, and one more by which they may run late, but for the time that it takes to leave.
    const end = NOW + 5_400;
    expect(await gate.reserve(three)).toMatchObject({
      turns: [NOW, null, NOW + 2_000, NOW + 4_000],
      latest: [end, null, end, end],
    });
    expect(await gate.reserve(ask(site.origin, 'b'))).toMatchObject({
      turns: [NOW + 8_000],
      latest: [NOW + 8_200],
    });
    // The first turn has come; three more for the first booking, behind that of the second.
    expect(await gate.reserve(ask(site.origin, 'a', 5))).toMatchObject({
      turns: [2_000, 4_000, 6_000, 10_000, 12_000].map((ms) => NOW + ms),
      latest: [end, end, NOW + 6_200, NOW + 13_400, NOW + 13_400],
    });
  });

  it('may be asked a second late when it may be asked as often as anybody likes', async () => {
    robots('User-agent: *\n');
    const gate = openGate({ requestsPerSecond: 1_000 });
    expect(await gate.reserve(ask(site.origin, 'a', 2))).toMatchObject({
      turns: [NOW, NOW + 1],
      latest: [NOW + 1_000, NOW + 1_001],
    });
  });

  it('is asked once for all that come meanwhile, each with starts of its own', async () => {
    robots('User-agent: *\nDisallow: /private');
    const gate = openGate();
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => await gate.reserve(ask(site.origin, String(n)))),
    );
    expect(site.requests).toHaveLength(1);
    const starts = answers.flatMap((answer) =>
      answer.kind === 'go' ? answer.turns.map((at) => at ?? 0) : [],
    );
    expect(starts.sort((a, b) => a - b)).toEqual([0, 200, 400, 600, 800, 1_000].map((ms) => NOW + ms));
  });

  it('is asked again when its rules are a day old, or as old as it says', async () => {
    robots('User-agent: *\nDisallow: /old', { 'cache-control': 'max-age=600' });
    const gate = openGate();
    await gate.reserve(ask(site.origin));
    robots('User-agent: *\nDisallow: /new');
    now += 599_999;
    const both = { ...ask(site.origin), paths: ['/old', '/new'] };
    expect(await gate.reserve(both)).toMatchObject({ turns: [null, expect.any(Number)] });
    now += 1;
    expect(await gate.reserve(both)).toMatchObject({ turns: [expect.any(Number), null] });
    now += 86_400_000;
    await gate.reserve(ask(site.origin));
    expect(site.requests).toHaveLength(3);
  });

  it('is left alone for a while when its rules cannot be read, and then altogether', async () => {
    site.answer = (response) => response.writeHead(503).end();
    const gate = openGate();
    const later = { kind: 'later', reason: 'robots', at: NOW + 30_000 };
    expect(await gate.reserve(ask(site.origin))).toMatchObject(later);
    now += 29_999;
    expect(await gate.reserve(ask(site.origin))).toMatchObject(later);
    expect(site.requests).toHaveLength(1);
    now += 1;
    expect(await gate.reserve(ask(site.origin))).toMatchObject({ kind: 'later', at: NOW + 60_000 });
    now += 30_000;
    expect(await gate.reserve(ask(site.origin))).toEqual({
      kind: 'blocked',
      reason: 'robots',
      detail: 'robots.txt could not be read: the server answered 503',
    });
    robots('');
    now += 600_000;
    expect(await gate.reserve(ask(site.origin))).toMatchObject({ kind: 'go' });
  });

  it('is never asked where its robots.txt leads into a private network', async () => {
    for (const location of [
      `${canary.origin}/robots.txt`,
      canary.origin.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
      'http://localhost./robots.txt',
      'http://inside.example/robots.txt',
      'http://darkroom.test/robots.txt',
    ]) {
      zone['inside.example'] = { A: ['127.0.0.1'] };
      stored.clear();
      site.requests.length = 0;
      site.answer = (response) => response.writeHead(301, { location }).end();
      expect([location, (await openGate().reserve(ask(site.origin))).kind]).toEqual([location, 'later']);
      expect(site.requests).toHaveLength(1);
      expect(canary.knocks).toBe(0);
    }
  });

  it('may say its rules on another host, whose name is looked up', async () => {
    zone['elsewhere.example'] = PUBLIC;
    site.answer = (response) => {
      site.answer = (next) => next.end('User-agent: *\nDisallow: /x');
      response.writeHead(301, { location: 'http://elsewhere.example/robots.txt' }).end();
    };
    expect(await openGate().reserve(ask(site.origin))).toMatchObject({ turns: [null] });
    expect(doh.questions.sort()).toEqual(['elsewhere.example A', 'elsewhere.example AAAA']);
  });
});

describe('an origin with a name', () => {
  it('is looked up once, for as long as the answer holds', async () => {
    zone['photos.example'] = { ...PUBLIC, ttl: 120 };
    const gate = openGate();
    expect(await gate.reserve(ask(NAMED))).toMatchObject({ kind: 'go', turns: [NOW] });
    now += 119_000;
    await gate.reserve(ask(NAMED));
    expect(doh.questions).toHaveLength(2);
    now += 1_000;
    zone['photos.example'] = { A: ['10.0.0.1'] };
    expect(await gate.reserve(ask(NAMED))).toMatchObject({ kind: 'blocked', reason: 'private_address' });
    expect(site.knocks).toBeGreaterThan(0);
  });

  it.each([
    ['a private address', { A: ['127.0.0.1'] }, { kind: 'blocked', reason: 'private_address' }],
    ['one private address of two', { A: ['93.184.215.14', '192.168.0.1'] }, { kind: 'blocked' }],
    ['a private address of IPv6', { ...PUBLIC, AAAA: ['::ffff:127.0.0.1'] }, { kind: 'blocked' }],
    ['no address', {}, { kind: 'failed', reason: 'dns' }],
    [
      'a fault of the look-up',
      (response: http.ServerResponse) => writeDohReply(response, { Status: 2 }),
      { kind: 'later', reason: 'dns', at: NOW + 30_000 },
    ],
  ] satisfies [string, DohEntry, object][])(
    'is not connected to when it has %s',
    async (_, entry, answer) => {
      zone['photos.example'] = entry;
      expect(await openGate().reserve(ask(NAMED))).toMatchObject(answer);
      expect(site.knocks).toBe(0);
      expect(stored.size).toBe(0);
    },
  );

  it('counts as not found when it cannot be looked up three times in a row', async () => {
    zone['photos.example'] = (response) => response.writeHead(500).end();
    const gate = openGate();
    const kinds: string[] = [];
    for (let n = 0; n < 4; n++) {
      kinds.push((await gate.reserve(ask(NAMED))).kind);
      now += 30_000;
    }
    expect(kinds).toEqual(['later', 'later', 'failed', 'failed']);
  });

  it('is waited for while no name can be looked up, and asked when one can again', async () => {
    const answering = zone;
    zone = new Proxy({}, { get: () => (response: http.ServerResponse) => response.destroy() });
    const gate = openGate();
    for (let n = 0; n < 10; n++) {
      expect(await gate.reserve(ask(NAMED))).toMatchObject({
        kind: 'later',
        reason: 'dns',
        at: now + 30_000,
      });
      now += 30_000;
    }
    zone = answering;
    // The time of the service's breaker stands still here.
    expect(await openGate().reserve(ask(NAMED))).toMatchObject({ kind: 'go' });
  });

  it('is not asked when nobody can look it up', async () => {
    const answer = await openGate({}, null).reserve(ask(NAMED));
    expect(answer).toEqual({
      kind: 'failed',
      reason: 'dns',
      detail: 'names are not looked up: DOH_URL is not set',
    });
    expect(site.knocks).toBe(0);
  });
});

describe('an origin that no crawl may ask', () => {
  it.each([
    ['http://127.0.0.1', 'private_address'],
    ['http://[::1]', 'private_address'],
    ['http://[::ffff:7f00:1]', 'private_address'],
    ['http://localhost', 'private_address'],
    ['http://printer.local', 'private_address'],
    ['http://photos.example:22', 'policy'],
    ['http://photos.example:6379', 'policy'],
  ])('like %s is refused without a question', async (origin, reason) => {
    expect(await openGate().reserve(ask(origin))).toMatchObject({ kind: 'blocked', reason });
    expect([site.knocks, canary.knocks, doh.questions]).toEqual([0, 0, []]);
  });

  it('is that of this instance', async () => {
    const gate = openGate({ ownHost: 'photos.example' });
    expect(await gate.reserve(ask(NAMED))).toMatchObject({ kind: 'blocked', reason: 'policy' });
    expect(await gate.reserve(ask('http://media.photos.example'))).toMatchObject({ reason: 'policy' });
    expect(site.knocks).toBe(0);
  });

  it('is one that only looks like an allowed one', async () => {
    expect(await openGate().reserve(ask(canary.origin))).toMatchObject({ kind: 'blocked' });
    expect(canary.knocks).toBe(0);
  });
});

describe('the pace of an origin', () => {
  it('outlives an eviction: rules, bookings, pause and what was given up', async () => {
    const gate = openGate();
    await gate.reserve(ask(site.origin, 'a', 3));
    await gate.reserve(ask(site.origin, 'b', 1));
    await gate.cancel('b');
    const after = openGate();
    expect(await after.reserve(ask(site.origin, 'a', 2))).toMatchObject({ turns: [NOW + 200, NOW + 400] });
    expect(await after.reserve(ask(site.origin, 'c', 2))).toMatchObject({ turns: [NOW + 800, NOW + 1_000] });
    await after.backOff(NOW + 5_000);
    expect(await openGate().reserve(ask(site.origin, 'a', 2))).toMatchObject({
      turns: [NOW + 5_000, NOW + 5_200],
    });
    expect(site.requests).toHaveLength(1);
  });

  it('outlives it with tries that failed', async () => {
    site.answer = (response) => response.writeHead(500).end();
    await openGate().reserve(ask(site.origin));
    now += 1_000;
    expect(await openGate().reserve(ask(site.origin))).toMatchObject({ kind: 'later', at: NOW + 30_000 });
    expect(site.requests).toHaveLength(1);
  });

  it('turns work away when too much waits, until half of it is done', async () => {
    const gate = openGate({ requestsPerSecond: 10 });
    await gate.backOff(NOW + 1_000);
    for (let n = 0; n < MAX_OPEN_SLOTS / 1_000; n++) await gate.reserve(ask(site.origin, String(n), 999));
    expect(await gate.reserve(ask(site.origin, 'one'))).toEqual({
      kind: 'later',
      at: NOW + Math.ceil((1_000 + 9_999 * 100) / 2),
      reason: 'pace',
      detail: 'too many requests wait for this host',
    });
  });

  it('may be forgotten two days after it was last asked about, and not while anything lies ahead', async () => {
    const gate = openGate();
    expect(gate.idleAt()).toBe(FORGET_AFTER_MS);
    await gate.reserve(ask(site.origin));
    now += 1_000;
    await gate.cancel('a');
    expect(gate.idleAt()).toBe(NOW + 1_000 + FORGET_AFTER_MS);
    expect(openGate().idleAt()).toBe(NOW + 1_000 + FORGET_AFTER_MS);
    const slow = openGate({ requestsPerSecond: 0.01 });
    await slow.reserve(ask(site.origin, 'b', 999));
    await slow.reserve(ask(site.origin, 'c', 999));
    expect(slow.idleAt()).toBe(NOW + 2_000 * 100_000);
    await gate.backOff(NOW + 1_000 + 86_400_000);
    expect(gate.idleAt()).toBe(NOW + 1_000 + FORGET_AFTER_MS);
  });
});

describe('a question that makes no sense', () => {
  it.each([
    { origin: 'photos.example' },
    { origin: 'http://photos.example/' },
    { origin: 'http://PHOTOS.example' },
    { origin: 'http://photos.example:80' },
    { booking: '' },
    { booking: 'x'.repeat(129) },
    { paths: [] },
    { paths: ['x.jpg'] },
    { paths: Array.from({ length: 1_001 }, () => '/') },
  ])('is an error of ours (%#)', async (part) => {
    await expect(openGate().reserve({ ...ask(NAMED), ...part })).rejects.toThrow(/^not (a|paths)/);
    expect(doh.questions).toEqual([]);
  });

  it('is also a pause until no time at all', async () => {
    await expect(openGate().backOff(Number.NaN)).rejects.toThrow('not a time');
  });
});
