import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { openRest, type RestRedis } from './rest.ts';

describe.each(engines)('the REST gateway over the $name engine', (engine) => {
  let redis: RestRedis;
  beforeAll(async () => {
    redis = await openRest(engine);
  });
  afterAll(async () => {
    await redis?.close();
  });

  const get = (path: string, init: RequestInit = {}) =>
    fetch(redis.url + path, { headers: { authorization: `Bearer ${redis.token}` }, ...init });

  it.each(['/', '/pipeline', '/multi-exec', '/ping'])('refuses %s without the right token', async (path) => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${redis.token}`]) {
      const response = await get(path, { method: 'POST', headers: { authorization }, body: '[["PING"]]' });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: expect.stringContaining('WRONGPASS') });
    }
  });

  it.each([
    ['a web page', { origin: 'http://evil.example' }],
    ['a page of this machine', { origin: 'http://127.0.0.1:8787' }],
    ['a name that was made to point here', { host: 'evil.example' }],
    ['a name that begins like this machine', { host: 'localhost.evil.example' }],
  ])('refuses %s, also with the token', async (_caller, headers: Record<string, string>) => {
    // fetch sets Host and Origin itself.
    const reply = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const authorization = `Bearer ${redis.token}`;
      const request = http.request(`${redis.url}/ping`, { headers: { authorization, ...headers } });
      request.on('error', reject);
      request.on('response', (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      request.end();
    });
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.body)).toEqual({ error: expect.stringMatching(/^ERR (requests of|only)/) });
  });

  it('runs a pipeline past an error', async () => {
    const key = redis.key();
    const commands = [
      ['SET', key, 'x'],
      ['INCR', key],
      ['SUBSCRIBE', 'x'],
      ['GET', key],
    ];
    expect(await redis.batch('/pipeline', commands)).toEqual([
      'OK',
      expect.stringContaining('error: ERR value is not an integer'),
      "error: ERR Command is not available: 'SUBSCRIBE'",
      'x',
    ]);
  });

  it('runs a transaction, going on after an error while it runs', async () => {
    const key = redis.key();
    const commands = [
      ['SET', key, 'a'],
      ['INCR', key],
      ['SET', key, '7'],
      ['INCR', key],
    ];
    expect(await redis.batch('/multi-exec', commands)).toEqual([
      'OK',
      expect.stringContaining('error'),
      'OK',
      8,
    ]);
    expect(
      await redis.batch('/multi-exec', [
        ['HSET', `${key}:h`, 'a', 1],
        ['HGETALL', `${key}:h`],
      ]),
    ).toEqual([1, ['a', '1']]);
  });

  it.each([[['NOSUCH']], [['GET']], [['WATCH', 'x']]])(
    'discards a transaction with %j whole',
    async (bad) => {
      const key = redis.key();
      await redis.call('SET', key, 'old');
      const response = await redis.post('/multi-exec', [['SET', key, 'new'], bad]);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: expect.stringContaining('EXECABORT') });
      expect(await redis.call('GET', key)).toBe('old');
    },
  );

  it('lets nothing come between the commands of a transaction', async () => {
    const key = redis.key();
    const runs = Array.from({ length: 40 }, () =>
      redis.batch('/multi-exec', [
        ['INCR', key],
        ['INCR', key],
      ]),
    );
    for (const [first, second] of await Promise.all(runs)) expect(Number(second)).toBe(Number(first) + 1);
    expect(await redis.call('GET', key)).toBe('80');
  });

  it('takes a command as a path, with the body as value and the query as options', async () => {
    const key = redis.key();
    const response = await get(`/set/${encodeURIComponent(key)}?EX=100`, {
      method: 'POST',
      body: 'a/b ü',
    });
    expect(await response.json()).toEqual({ result: 'OK' });
    expect(await (await get(`/get/${encodeURIComponent(key)}`)).json()).toEqual({ result: 'a/b ü' });
    expect(await redis.call('TTL', key)).toBe(100);
  });

  it('encodes every text but OK in base64 when asked', async () => {
    const key = redis.key();
    const response = await redis.post(
      '/pipeline',
      [
        ['SET', key, 'v'],
        ['MGET', key, 'none'],
        ['STRLEN', key],
      ],
      {
        'upstash-encoding': 'base64',
      },
    );
    expect(await response.json()).toEqual([{ result: 'OK' }, { result: ['dg==', null] }, { result: 1 }]);
  });

  it('writes JSON values that are not text as Upstash does', async () => {
    const key = redis.key();
    await redis.post('/', ['SET', key, { a: ['ü', null] }]);
    expect(await redis.call('GET', key)).toBe('{"a":["ü",null]}');
  });

  it.each([
    ['/', '{', 'ERR failed to parse'],
    ['/', '{}', 'ERR a command must be a JSON array'],
    ['/', '[]', 'ERR empty command'],
    ['/pipeline', '["GET"]', 'ERR a command must be a JSON array'],
    ['/multi-exec', '{}', 'ERR the body must be a JSON array'],
    ['/', '["GET"]', "ERR wrong number of arguments for 'get' command"],
    ['/', '["NOSUCH","x"]', 'ERR unknown command'],
    ['/', '["MONITOR"]', 'ERR Command is not available'],
    ['/get/%E0%A4%A', '', 'ERR the path is not valid'],
  ])('answers POST %s %s with 400 and the reason', async (path, body, message) => {
    const response = await get(path, { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining(message) });
  });

  it('refuses a body over 32 MB', async () => {
    const response = await get('/', { method: 'POST', body: Buffer.alloc(32 * 1024 * 1024 + 1, 32) }).catch(
      () => undefined,
    );
    // The server may close before the client has sent everything, which the client reports as a broken connection.
    expect(response?.status ?? 413).toBe(413);
    expect(await redis.call('PING')).toBe('PONG');
  });
});
