import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { resolveHost } from '../../../src/crawl/resolve-host.ts';
import { nameServiceAt } from '../../helpers/caller.ts';
import { type DohEntry, type DohServer, startDohServer, writeDohReply } from '../../helpers/doh-server.ts';

const PUBLIC_V4 = '93.184.215.14';
const PUBLIC_V6 = '2606:2800:21f:cb07:6820:80da:af6b:8b2c';
const ALIAS = { name: 'alias.example.', type: 5, TTL: 5, data: 'other.example.' };
const A_RECORD = { name: 'other.example.', type: 1, TTL: 60, data: PUBLIC_V4 };

const ZONE: Record<string, DohEntry> = {
  'both.example': { A: [PUBLIC_V4], AAAA: [PUBLIC_V6], ttl: 77 },
  'v4.example': { A: [PUBLIC_V4, '1.1.1.1'] },
  'v6.example': { AAAA: [PUBLIC_V6] },
  'empty.example': {},
  'private.example': { A: ['192.168.1.7'] },
  'mixed.example': { A: [PUBLIC_V4, '10.0.0.1'], AAAA: [PUBLIC_V6] },
  'mapped.example': { A: [PUBLIC_V4], AAAA: ['::ffff:127.0.0.1'] },
  'translated.example': { AAAA: ['64:ff9b::a00:1'] },
  'tunnel.example': { AAAA: ['2002:a00:1::'] },
  'garbage.example': { A: ['not an address'] },
  'alias.example': (response) =>
    writeDohReply(response, { Status: 0, Answer: [ALIAS, A_RECORD], Comment: ['x'] }),
  'servfail.example': (response) => writeDohReply(response, { Status: 2, Comment: 'upstream' }),
  'truncated.example': (response) => writeDohReply(response, { Status: 0, TC: true, Answer: [A_RECORD] }),
  'http-500.example': (response) => response.writeHead(500).end('{"Status":0}'),
  'redirect.example': (response) => response.writeHead(302, { location: '/dns-query?name=v4.example' }).end(),
  'no-json.example': (response) => response.end('<html>'),
  'no-schema.example': (response) => writeDohReply(response, { Status: 0, Answer: [{ type: 1, data: 7 }] }),
  'large.example': (response) =>
    writeDohReply(response, { Status: 0, Answer: [A_RECORD], Comment: 'x'.repeat(64 * 1024) }),
  'endless.example': (response) => {
    const more = () => {
      while (!response.destroyed && response.write('"'.repeat(16_384)));
    };
    response.on('drain', more);
    more();
  },
  'broken.example': (response) => response.socket?.destroy(),
};

let doh: DohServer;
beforeAll(async () => {
  doh = await startDohServer(ZONE);
});
beforeEach(() => void doh.questions.splice(0));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
afterAll(async () => await doh.close());

async function resolve(host: string) {
  return await resolveHost(host, nameServiceAt(doh.url));
}

describe('a host name', () => {
  it('is public when all its addresses are, for as long as the first of them holds', async () => {
    expect(await resolve('both.example')).toEqual({ ok: true, ttlSeconds: 77 });
    expect(doh.questions.sort()).toEqual(['both.example A', 'both.example AAAA']);
    expect(await resolve('v4.example')).toEqual({ ok: true, ttlSeconds: 300 });
    expect(await resolve('v6.example')).toEqual({ ok: true, ttlSeconds: 300 });
  });

  it('may be an alias, which the service follows', async () => {
    expect(await resolve('alias.example')).toEqual({ ok: true, ttlSeconds: 60 });
  });

  it.each([
    ['private.example', '192.168.1.7'],
    ['mixed.example', '10.0.0.1'],
    ['mapped.example', '::ffff:127.0.0.1'],
    ['translated.example', '64:ff9b::a00:1'],
    ['tunnel.example', '2002:a00:1::'],
    ['garbage.example', 'not an address'],
  ])('like %s is private for a single address, %s', async (host, address) => {
    expect(await resolve(host)).toEqual({
      ok: false,
      reason: 'private_address',
      detail: `the host leads to the private address ${address}`,
      isTemporary: false,
    });
  });

  it.each(['unknown.example', 'empty.example'])('like %s is not found', async (host) => {
    expect(await resolve(host)).toMatchObject({ ok: false, reason: 'dns', isTemporary: false });
  });

  it.each([
    'servfail.example',
    'truncated.example',
    'http-500.example',
    'redirect.example',
    'no-json.example',
    'no-schema.example',
    'large.example',
    'endless.example',
    'broken.example',
  ])('like %s is refused for the moment', async (host) => {
    expect(await resolve(host)).toEqual({
      ok: false,
      reason: 'dns',
      detail: 'the host could not be looked up',
      isTemporary: true,
    });
  });

  it('is refused for the moment when only one of the two questions is answered, unless that is enough', async () => {
    const answered: string[] = [];
    const one = (address: string) => async (input: string | URL | Request) => {
      answered.push(String(input));
      if (String(input).endsWith('AAAA')) throw new TypeError('the connection broke');
      return Response.json({ Status: 0, Answer: [{ type: 1, TTL: 60, data: address }] });
    };
    const ask = async (address: string) =>
      await resolveHost('half.example', nameServiceAt(doh.url, one(address) as typeof fetch));
    expect(await ask(PUBLIC_V4)).toMatchObject({ reason: 'dns', isTemporary: true });
    expect(await ask('127.0.0.1')).toMatchObject({ reason: 'private_address' });
    expect(answered).toHaveLength(4);
  });

  it('is waited for three seconds, and then refused for the moment', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = await startDohServer({ 'silent.example': () => vi.advanceTimersByTime(1_500) });
    const verdict = await resolveHost('silent.example', nameServiceAt(silent.url));
    expect(verdict).toMatchObject({ reason: 'dns', isTemporary: true });
    expect(silent.questions).toHaveLength(2);
    await silent.close();
  });

  it('leaves no timer behind', async () => {
    const stop = vi.spyOn(globalThis, 'clearTimeout');
    const start = vi.spyOn(globalThis, 'setTimeout');
    await resolve('both.example');
    const own = start.mock.calls.findIndex(([, ms]) => ms === 3_000);
    expect(stop.mock.calls.flat()).toContain(start.mock.results[own]?.value);
  });

  it('is not known at all without a service', async () => {
    expect(await resolveHost('both.example', null)).toEqual({
      ok: false,
      reason: 'dns',
      detail: 'names are not looked up: DOH_URL is not set',
      isTemporary: false,
    });
  });

  it('keeps the parameters of a service that has its own', async () => {
    const asked: string[] = [];
    const record = (async (input: string | URL | Request) => {
      asked.push(String(input));
      return Response.json({ Status: 3 });
    }) as typeof fetch;
    await resolveHost('a.example', nameServiceAt('http://127.0.0.1:1/q?key=7', record));
    expect(asked).toEqual(
      ['A', 'AAAA'].map((type) => `http://127.0.0.1:1/q?key=7&name=a.example&type=${type}`),
    );
  });
});

describe('an IP address', () => {
  it.each([
    ['8.8.8.8', true],
    ['[2606:4700::1111]', true],
    ['127.0.0.1', false],
    ['[::1]', false],
    ['[64:ff9b::7f00:1]', false],
  ])('like %s is judged without a question', async (host, ok) => {
    expect(await resolve(host)).toMatchObject(ok ? { ok } : { ok, reason: 'private_address' });
    expect(doh.questions).toEqual([]);
  });
});
