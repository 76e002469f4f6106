import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createByteBudget } from '../../../src/crawl/byte-budget.ts';
import { guardAddress } from '../../../src/crawl/address-guard.ts';
import { fetchImage, MAX_IMAGE_BYTES } from '../../../src/crawl/fetch-image.ts';
import {
  classifyNetworkError,
  FetchStop,
  refuse,
  userAgentOf,
  type Way,
} from '../../../src/crawl/request.ts';

const BYTES = Buffer.from('not an image, but bytes');
/** What the server of these tests answers; its paths are the keys. */
const ANSWERS: Record<string, (response: http.ServerResponse) => void> = {
  '/plain': (response) => response.end(BYTES),
  '/chunked': (response) => {
    response.write(BYTES.subarray(0, 5));
    response.end(BYTES.subarray(5));
  },
  '/to-plain': (response) => response.writeHead(302, { location: 'plain#part' }).end(),
  '/to-metadata': (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  '/to-file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/to-nowhere': (response) => response.writeHead(302, { location: 'http://' }).end(),
  '/loop': (response) => response.writeHead(307, { location: '/loop' }).end(),
  '/without-location': (response) => response.writeHead(302).end(),
  '/closed': (response) => response.socket?.destroy(),
  '/noai': (response) => response.writeHead(200, { 'x-robots-tag': 'noai' }).end(BYTES),
  '/noai-for-others': (response) =>
    response.writeHead(200, { 'x-robots-tag': 'otherbot: noai', etag: '"1"' }).end(BYTES),
  '/429': (response) => response.writeHead(429, { 'retry-after': '7' }).end(),
  '/503': (response) => response.writeHead(503, { 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }).end(),
  '/429-silent': (response) => response.writeHead(429).end(),
  '/503-silent': (response) => response.writeHead(503).end(),
  '/stalled': (response) => response.write('x'),
  '/gzip': (response) => {
    const packed = gzipSync(BYTES);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
  },
  '/404': (response) => response.writeHead(404).end('gone'),
  '/204': (response) => response.writeHead(204).end(),
  '/502': (response) => response.writeHead(502).end(),
  '/530': (response) => response.writeHead(530).end(),
  '/declared': (response) => {
    response.writeHead(200, { 'content-length': MAX_IMAGE_BYTES + 1 });
    response.write('x');
  },
  '/limit': (response) => response.end(Buffer.alloc(MAX_IMAGE_BYTES)),
  '/over': (response) => {
    response.write(Buffer.alloc(MAX_IMAGE_BYTES));
    response.end('x');
  },
  '/broken': (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('x', () => response.socket?.resetAndDestroy());
  },
};

let origin: string;
const seen: http.IncomingMessage[] = [];
const server = http.createServer((request, response) => {
  seen.push(request);
  ANSWERS[request.url ?? '']?.(response);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void seen.splice(0));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Hosts that asked for a pause, and until when. */
const pauses: [string, number][] = [];

const start: Way['start'] = async (url, _hop, send) => {
  const verdict = guardAddress(url, [origin], 'darkroom.test');
  if (verdict.ok) return await send();
  throw refuse({ status: 'blocked', reason: verdict.reason }, verdict.detail);
};

async function get(path: string, budget = createByteBudget(MAX_IMAGE_BYTES), more: object = {}) {
  return await fetchImage(new URL(path, origin).href, {
    userAgent: userAgentOf('https://darkroom.test'),
    budget,
    maxBytes: MAX_IMAGE_BYTES,
    start,
    backOff: async (host, untilMs) => void pauses.push([host, untilMs]),
    retrySeconds: 15,
    signal: new AbortController().signal,
    now: () => 1_000,
    ...more,
  });
}

describe('downloading an image', () => {
  it.each(['/plain', '/chunked'])('returns the bytes of %s, the address and the time', async (path) => {
    const fetched = await get(path);
    expect(fetched).toEqual({
      kind: 'done',
      bytes: new Uint8Array(BYTES),
      finalUrl: origin + path,
      redirects: [],
      fetchedAt: new Date(1_000),
      etag: null,
      xRobotsTag: null,
      lease: { release: expect.any(Function) },
    });
    expect(seen[0]?.headers['user-agent']).toBe(
      'DarkroomBot/0.1 (+https://darkroom.test; image dataset collection)',
    );
    expect(seen[0]?.headers.cookie).toBeUndefined();
  });

  it('remembers the way over redirects and drops the fragment', async () => {
    expect(await get('/to-plain')).toMatchObject({
      kind: 'done',
      finalUrl: `${origin}/plain`,
      redirects: [`${origin}/to-plain`],
    });
  });

  it.each([
    ['/to-metadata', { status: 'blocked', reason: 'private_address' }],
    ['/to-file', { status: 'blocked', reason: 'policy' }],
    ['/to-nowhere', { status: 'failed', reason: 'redirects' }],
    ['/loop', { status: 'failed', reason: 'redirects' }],
    ['/without-location', { status: 'rejected', reason: 'not_image' }],
    ['/404', { status: 'failed', reason: 'http_4xx' }],
    ['/204', { status: 'rejected', reason: 'not_image' }],
    ['/502', { status: 'failed', reason: 'http_5xx' }],
    ['/530', { status: 'failed', reason: 'dns' }],
    ['/declared', { status: 'rejected', reason: 'too_large' }],
    ['/over', { status: 'rejected', reason: 'too_large' }],
    ['/broken', { status: 'failed', reason: 'reset' }],
    ['/closed', { status: 'failed', reason: 'reset' }],
    ['/noai', { status: 'blocked', reason: 'noai' }],
  ])('says why %s failed', async (path, failure) => {
    expect(await get(path)).toMatchObject({ kind: 'failed', failure, detail: expect.stringMatching(/./) });
  });

  it('asks five times at most', async () => {
    await get('/loop');
    expect(seen).toHaveLength(5);
  });

  it('asks for a pause for a host that has enough, also when it does not say for how long', async () => {
    pauses.length = 0;
    for (const path of ['/429-silent', '/503-silent']) {
      // The URL itself follows its own rule.
      expect(await get(path)).not.toHaveProperty('notBefore');
    }
    await get('/502');
    expect(pauses).toEqual([
      [origin, 16_000],
      [origin, 16_000],
    ]);
  });

  it('tells what may pass from what will not, and what the server says of when', async () => {
    pauses.length = 0;
    expect(await get('/404')).toMatchObject({ passes: false });
    expect(await get('/502')).toMatchObject({ passes: true });
    expect(await get('/429')).toMatchObject({
      passes: true,
      notBefore: 8_000,
      failure: { reason: 'http_4xx' },
    });
    expect(await get('/503')).toMatchObject({ passes: true, notBefore: 60_000 });
    expect(await get('/closed')).toMatchObject({ passes: true });
    expect(pauses).toEqual([
      [origin, 8_000],
      [origin, 60_000],
    ]);
  });

  it('takes a robots tag for another crawler, and keeps it', async () => {
    expect(await get('/noai-for-others')).toMatchObject({
      kind: 'done',
      xRobotsTag: 'otherbot: noai',
      etag: '"1"',
    });
  });

  it('starts every request by itself, and waits where it is told to', async () => {
    const asked: string[] = [];
    const later: Way['start'] = async (url, hop, send) => {
      asked.push(`${hop} ${url.pathname}`);
      if (hop === 0) return await send();
      throw new FetchStop({ kind: 'wait', until: 5_000 });
    };
    expect(await get('/to-plain', undefined, { start: later })).toEqual({ kind: 'wait', until: 5_000 });
    expect(asked).toEqual(['0 /to-plain', '1 /plain']);
    expect(seen).toHaveLength(1);
  });

  describe('gives a host its whole time', () => {
    const wait = async () => void (await vi.advanceTimersByTimeAsync(60_000));
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());

    it.each(['/plain', '/to-plain'])('however long the wait for each turn of %s was', async (path) => {
      const waiting: Way['start'] = async (_url, _hop, send) => {
        await wait();
        return await send();
      };
      expect(await get(path, undefined, { start: waiting })).toMatchObject({ kind: 'done' });
    });

    it('however long other bodies filled the memory', async () => {
      const budget = createByteBudget(MAX_IMAGE_BYTES);
      const full = {
        ...budget,
        tryTake: () => null,
        take: async (bytes: number) => (await wait(), await budget.take(bytes)),
      };
      expect(await get('/plain', full)).toMatchObject({ kind: 'done' });
    });

    it('and no more', async () => {
      const stalled = get('/stalled');
      await vi.waitFor(() => expect(seen).toHaveLength(1));
      await vi.advanceTimersByTimeAsync(15_000);
      expect(await stalled).toMatchObject({ kind: 'failed', failure: { reason: 'timeout' } });
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  it('ends in the middle of a body when it is told to', async () => {
    const stop = new AbortController();
    const stalled = get('/stalled', undefined, { signal: stop.signal });
    server.once('request', () => stop.abort());
    expect(await stalled).toEqual({ kind: 'stopped' });
  });

  it('reserves the whole limit for a body whose length says nothing about its bytes', async () => {
    const budget = createByteBudget(MAX_IMAGE_BYTES);
    const small = await get('/plain', budget);
    const packed = get('/gzip', budget);
    expect(
      await Promise.race([
        packed.then(() => 'read'),
        new Promise((resolve) => setTimeout(resolve, 100, 'waits')),
      ]),
    ).toBe('waits');
    if (small.kind === 'done') small.lease.release();
    const read = await packed;
    expect(read.kind === 'done' && Buffer.from(read.bytes)).toEqual(BYTES);
    if (read.kind === 'done') read.lease.release();
  });

  it('takes a body of exactly the limit', async () => {
    const fetched = await get('/limit');
    expect(fetched.kind === 'done' && fetched.bytes.length).toBe(MAX_IMAGE_BYTES);
  });

  it('asks nobody when the address itself is refused', async () => {
    expect(await get('http://10.0.0.1/x.jpg')).toMatchObject({
      kind: 'failed',
      failure: { status: 'blocked' },
    });
    expect(seen).toHaveLength(0);
  });

  it('returns its share of the budget, however it ends', async () => {
    const budget = createByteBudget(MAX_IMAGE_BYTES);
    for (const path of ['/plain', '/chunked', '/over', '/broken', '/declared', '/404']) {
      const fetched = await get(path, budget);
      if (fetched.kind === 'done') fetched.lease.release();
    }
    const lease = await budget.take(MAX_IMAGE_BYTES);
    expect(lease).toBeDefined();
  });
});

describe('a fault of the network', () => {
  it.each([
    [new Error('The operation timed out'), false, 'timeout'],
    [new DOMException('The operation was aborted', 'AbortError'), false, 'timeout'],
    [new Error('anything'), true, 'timeout'],
    [new Error('internal error; reference = abc'), false, 'dns'],
    [new Error('DNS lookup failed'), false, 'dns'],
    [new TypeError('TLS handshake failed'), false, 'tls'],
    [new Error('certificate verify failed'), false, 'tls'],
    [new Error('Network connection lost.'), false, 'reset'],
    ['not an error', false, 'reset'],
  ])('is told from the words of %s', (error, isLate, reason) => {
    expect(classifyNetworkError(error, isLate).failure).toEqual({ status: 'failed', reason });
  });
});
