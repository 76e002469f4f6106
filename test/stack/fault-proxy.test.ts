import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Redis } from '@upstash/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedEngine, startGateway } from '../../dev/redis/index.ts';
import type { FaultMode } from '../helpers/fault-modes.ts';
import { type FaultProxy, startFaultProxy } from '../helpers/fault-proxy.ts';

const TOKEN = 'test-token';
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** An HTTP call that ends within `ms`: the status and text, or `failed`, or `waits`. */
async function ask(
  proxy: FaultProxy,
  options: { path?: string; body?: string; agent?: http.Agent; ms?: number },
) {
  const { path = '/', body = '["GET","a"]', agent, ms = 300 } = options;
  return await new Promise<string>((resolve) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-length': Buffer.byteLength(body) };
    const request = http.request(`${proxy.url}${path}`, {
      method: 'POST',
      headers,
      agent: agent ?? false,
    });
    const timer = setTimeout(() => (resolve('waits'), request.destroy()), ms);
    const end = (outcome: string) => (clearTimeout(timer), resolve(outcome));
    request.on('error', () => end('failed'));
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => end(`${response.statusCode} ${text}`));
      response.on('error', () => end('failed'));
    });
    request.end(body);
  });
}

describe('a fault proxy before Redis', () => {
  let proxy: FaultProxy;
  let redis: Redis;

  beforeEach(async () => {
    const engine = await createEmbeddedEngine();
    const gateway = await startGateway({ engine, token: TOKEN });
    proxy = await startFaultProxy(gateway.url);
    stops.push(
      () => engine.close(),
      () => gateway.close(),
      () => proxy.close(),
    );
    redis = new Redis({
      url: gateway.url,
      token: TOKEN,
      automaticDeserialization: false,
      enableTelemetry: false,
    });
    await redis.set('a', '1');
  });

  it.each<[FaultMode, string]>([
    ['ok', '200 {"result":"1"}'],
    ['down', 'failed'],
    ['reset', 'failed'],
    ['black-hole', 'waits'],
    ['half-open', 'waits'],
    ['slow', 'waits'],
    ['drip', 'waits'],
    ['cut', 'failed'],
    ['lose-reply', 'failed'],
    ['error', '500 boom'],
    ['garbage', '200 {"res'],
    ['wrong-types', '200 {"result":["text",{"of":true}]}'],
    ['partial', '200 {}'],
    ['unauthorized', '401 {"error":"WRONGPASS invalid or missing auth token"}'],
    ['out-of-memory', '200 {"result":"1"}'],
  ])('answers one command in the mode %s with: %s, and as before afterwards', async (mode, expected) => {
    await proxy.set(mode);
    expect(await ask(proxy, {})).toBe(expected);
    await proxy.set('ok');
    expect(await ask(proxy, {})).toBe('200 {"result":"1"}');
  });

  it('answers a pipeline with as many answers of a wrong type as it has commands', async () => {
    await proxy.set('wrong-types');
    const path = '/pipeline';
    const body = '[["GET","a"],["SET","b","2"]]';
    expect(await ask(proxy, { path, body })).toBe(
      '200 [{"result":["text",{"of":true}]},{"result":["text",{"of":true}]}]',
    );
    expect(await redis.get('b')).toBeNull();
  });

  it('leaves out the last half of what a pipeline has done', async () => {
    await proxy.set('partial');
    const body = '[["GET","a"],["SET","b","2"]]';
    expect(await ask(proxy, { path: '/pipeline', body })).toBe('200 [{"result":"1"}]');
    expect(await redis.get('b')).toBe('2');
  });

  it('refuses for want of memory what may need some, and runs the rest of the pipeline', async () => {
    await proxy.set('out-of-memory');
    const error = "OOM command not allowed when used memory > 'maxmemory'.";
    const body = '[["SET","b","2"],["GET","a"],["EVALSHA","00",0],["DEL","a"]]';
    const reply = await ask(proxy, { path: '/pipeline', body });
    expect(JSON.parse(reply.slice(4))).toEqual([{ error }, { result: '1' }, { error }, { result: 1 }]);
    expect(await ask(proxy, { body: '["SET","b","2"]' })).toBe(`400 {"error":"${error}"}`);
    expect(await ask(proxy, { path: '/multi-exec', body })).toMatch(/^400 .*EXECABORT/);
    expect(await redis.get('b')).toBeNull();
  });

  it('is slow by the latency that it is given, and then answers whole', async () => {
    await proxy.set('slow', 100);
    const started = performance.now();
    expect(await ask(proxy, { ms: 10_000 })).toBe('200 {"result":"1"}');
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
  });

  it('leaves connections dead that a half-open time has struck, and takes other ones', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    stops.push(async () => agent.destroy());
    await ask(proxy, { agent });
    await proxy.set('half-open');
    await proxy.set('ok');
    expect(await ask(proxy, { agent })).toBe('waits');
    expect(await ask(proxy, { agent })).toBe('200 {"result":"1"}');
  });

  it('closes a connection that is ending just when it is struck, too', async () => {
    const { promise: accepted, resolve } = Promise.withResolvers<net.Socket>();
    // What Node says on this channel holds the socket that a server has taken.
    const note = (message: unknown) => resolve((message as { socket: net.Socket }).socket);
    subscribe('net.server.socket', note);
    const client = net.connect(Number(new URL(proxy.url).port), '127.0.0.1');
    stops.push(async () => client.destroy());
    const socket = await accepted;
    unsubscribe('net.server.socket', note);
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
    socket.end('half');
    await proxy.set('ok');
    await closed;
  });

  it('counts the requests, several of one connection too, in every mode that takes them', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    stops.push(async () => agent.destroy());
    for (let count = 0; count < 3; count++) await ask(proxy, { agent });
    expect(proxy.calls()).toBe(3);
    await proxy.set('error');
    await ask(proxy, {});
    await proxy.set('wrong-types');
    await ask(proxy, {});
    expect(proxy.calls()).toBe(5);
    await proxy.set('down');
    await ask(proxy, {});
    expect(proxy.calls()).toBe(5);
  });
});

describe('a fault proxy before Postgres', () => {
  it.each<[FaultMode, string]>([
    [
      'unauthorized',
      '400 {"message":"password authentication failed for user \'darkroom_app\'","code":"28P01"',
    ],
    ['out-of-memory', '400 {"message":"out of memory","code":"53200"'],
    ['partial', '200 {"results":[{"rows":[["1"]]}]}'],
    ['wrong-types', '200 {"results":[{"command":1,"rowCount":"text"'],
  ])('speaks as Neon does in the mode %s', async (mode, beginning) => {
    const rows = (value: string) => ({ rows: [[value]] });
    const server = http.createServer((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify({ results: [rows('1'), rows('2')] })));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = await startFaultProxy(`http://127.0.0.1:${port}`);
    stops.push(
      async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
      () => proxy.close(),
    );
    await proxy.set(mode);
    const body = '{"queries":[{"query":"select 1"},{"query":"select 2"}]}';
    const reply = await ask(proxy, { path: '/sql', body });
    expect(reply.slice(0, beginning.length)).toBe(beginning);
  });
});
