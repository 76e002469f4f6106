import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { makeCertificate } from '../../dev/share/certificate.ts';
import { startShare, type Share } from '../../dev/share/proxy.ts';

/** Only Linux answers on all of 127.0.0.0/8. */
const ADDRESS = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
const FIRST_PORT = 18_443;
const SECRET = 'the secret';

interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Stands for the Worker: says what it was sent, and echoes what comes over a WebSocket. */
function startEcho() {
  const server = http.createServer(async (request, response) => {
    if (request.url === '/slow') return void response.write('first\n');
    if (request.url === '/cut') return void response.writeHead(200).write('half', () => response.destroy());
    let body = '';
    for await (const chunk of request) body += String(chunk);
    response.writeHead(request.url?.startsWith('/teapot') ? 418 : 200, [
      ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Connection', 'close', 'X-Kept', 'yes'],
    ]);
    const { method, url, rawHeaders } = request;
    response.end(JSON.stringify({ method, url, rawHeaders, body }));
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'rooms.v1' });
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/closed') return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\nno ticket');
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.send(JSON.stringify(request.headers));
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
    });
  });
  server.listen(0, '127.0.0.1');
  return { server, sockets };
}

describe('the door to the local network', () => {
  const pair = makeCertificate(ADDRESS, new Date());
  const { server: echo, sockets } = startEcho();
  let share: Share;
  let host = '';

  beforeAll(async () => {
    if (!echo.listening) await once(echo, 'listening');
    const { port } = echo.address() as AddressInfo;
    share = await startShare({
      address: ADDRESS,
      port: FIRST_PORT,
      worker: { port, secret: SECRET },
      ...pair,
    });
    host = new URL(share.url).host;
  });
  afterAll(async () => {
    await share.close();
    sockets.close();
    echo.closeAllConnections();
    echo.close();
  });

  async function open(path: string, options: https.RequestOptions = {}, body = ''): Promise<IncomingMessage> {
    const [hostname, port] = host.split(':');
    const request = https.request({ hostname, port, path, ca: pair.certificate, agent: false, ...options });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }
  async function send(path: string, options: https.RequestOptions = {}, body = ''): Promise<Reply> {
    const response = await open(path, options, body);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, body: text };
  }
  function headersOf(reply: Reply): Map<string, string[]> {
    const { rawHeaders } = JSON.parse(reply.body) as { rawHeaders: string[] };
    const found = new Map<string, string[]>();
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] ?? '').toLowerCase();
      found.set(name, [...(found.get(name) ?? []), rawHeaders[index + 1] ?? '']);
    }
    return found;
  }

  it('passes a request on as it is, and the answer back', async () => {
    const reply = await send('/teapot?a=%20b', { method: 'PATCH', headers: { cookie: 'x=1' } }, 'hello');
    expect(reply).toMatchObject({ status: 418, headers: { 'set-cookie': ['a=1', 'b=2'], 'x-kept': 'yes' } });
    expect(JSON.parse(reply.body)).toMatchObject({ method: 'PATCH', url: '/teapot?a=%20b', body: 'hello' });
    expect(headersOf(reply).get('cookie')).toEqual(['x=1']);
  });

  it('passes on a body without a length, also of a method that has none as a rule', async () => {
    const headers = { 'transfer-encoding': 'chunked' };
    expect(JSON.parse((await send('/', { method: 'DELETE', headers }, 'in pieces')).body)).toMatchObject({
      method: 'DELETE',
      body: 'in pieces',
    });
  });

  it('says where the request is from by itself, whatever the device says', async () => {
    const reply = await send('/', {
      headers: {
        'CF-Connecting-IP': '9.9.9.9',
        'X-Forwarded-For': '9.9.9.9',
        'X-Forwarded-Proto': 'http',
        'X-Real-IP': '9.9.9.9',
        Forwarded: 'for=9.9.9.9',
        'MF-Original-URL': 'http://evil.example/',
        'Darkroom-Shared': 'a guess',
      },
    });
    const headers = headersOf(reply);
    expect(reply.body).not.toMatch(/9\.9\.9\.9|evil|guess|X-Forwarded/i);
    expect(headers.get('cf-connecting-ip')).toEqual([ADDRESS === '127.0.0.2' ? '127.0.0.1' : ADDRESS]);
    expect(headers.get('darkroom-shared')).toEqual([SECRET]);
    expect(headers.get('host')).toEqual([`127.0.0.1:${(echo.address() as AddressInfo).port}`]);
  });

  it.each(['evil.example', 'localhost:18443', ADDRESS, `${ADDRESS}:1`])(
    'serves nothing under the name %s',
    async (name) => {
      const isAnyName = { checkServerIdentity: () => undefined };
      const reply = await send('/', { headers: { host: name }, ...isAnyName });
      expect(reply).toMatchObject({
        status: 421,
        headers: { 'content-type': 'application/problem+json' },
      });
      expect(JSON.parse(reply.body)).toMatchObject({
        status: 421,
        detail: expect.stringContaining('Darkroom printed'),
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      });
    },
  );

  it.each([
    '/cdn-cgi/local/scheduled',
    '/cdn-cgi',
    '/a/../cdn-cgi/x',
    '/%2e%2e/cdn-cgi/x',
    '/\\cdn-cgi/x',
    '/__cf_local/imagedelivery',
  ])("does not open the runtime's own door %s", async (path) => {
    expect((await send(path)).status).toBe(404);
  });

  it('refuses an address that names another server', async () => {
    expect((await send('http://127.0.0.1:1/', { headers: { host } })).status).toBe(400);
  });

  it('speaks TLS only, with the certificate that it was given', async () => {
    const port = Number(new URL(share.url).port);
    const socket = tls.connect({ host: ADDRESS, port, ca: pair.certificate });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    expect(['TLSv1.2', 'TLSv1.3']).toContain(socket.getProtocol());
    socket.destroy();
    const plain = net.connect(port, ADDRESS);
    plain.on('error', () => {});
    let received = '';
    plain.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    plain.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await once(plain, 'close');
    expect(received).not.toContain('rawHeaders');
  });

  it('hands an answer on as it comes, and lets go of it when the device does', async () => {
    const response = await open('/slow');
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('first\n');
    response.destroy();
    for (const deadline = Date.now() + 5_000; (await countConnections(echo)) > 0;) {
      if (Date.now() > deadline) throw new Error('the Worker is still being asked');
      await new Promise(setImmediate);
    }
  });

  it('breaks an answer off when the Worker does, so that a half one does not look whole', async () => {
    await expect(send('/cut')).rejects.toThrow();
  });

  it('passes a WebSocket through, with its protocol and frames of both kinds', async () => {
    const ws = new WebSocket(`wss://${host}/v1/room`, ['rooms.v1', 'ticket'], {
      ca: pair.certificate,
      headers: { 'cf-connecting-ip': '9.9.9.9' },
    });
    const [hello] = (await once(ws, 'message')) as [Buffer];
    expect(ws.protocol).toBe('rooms.v1');
    expect(JSON.parse(hello.toString())).toMatchObject({
      'darkroom-shared': SECRET,
      'sec-websocket-protocol': 'rooms.v1,ticket',
    });
    expect(hello.toString()).not.toContain('9.9.9.9');
    ws.send('text');
    expect(String((await once(ws, 'message'))[0])).toBe('text');
    const large = Buffer.alloc(300_000, 7);
    ws.send(large);
    expect(large.equals((await once(ws, 'message'))[0] as Buffer)).toBe(true);
    ws.close(4000, 'bye');
    expect((await once(ws, 'close'))[0]).toBe(4000);
  });

  it.each([
    ['/closed', {}, 401],
    ['/', { host: 'evil.example' }, 421],
    ['/cdn-cgi/live-reload', {}, 404],
  ])('hands on the refusal of a WebSocket at %s %j', async (path, headers, status) => {
    const isAnyName = { checkServerIdentity: () => undefined };
    const ws = new WebSocket(`wss://${host}${path}`, { ca: pair.certificate, headers, ...isAnyName });
    const [error] = (await once(ws, 'error')) as [Error];
    expect(error.message).toContain(String(status));
  });

  it('says so while the Worker is not there, and takes the next port when one is busy', async () => {
    const other = await startShare({
      address: ADDRESS,
      port: Number(new URL(share.url).port),
      worker: { port: 1, secret: SECRET },
      ...pair,
    });
    try {
      const { port } = new URL(other.url);
      expect(port).not.toBe(new URL(share.url).port);
      const reply = await send('/', { port, method: 'POST', headers: { host: `${ADDRESS}:${port}` } }, 'x');
      expect(reply).toMatchObject({ status: 502, body: expect.stringContaining('still starting') });
    } finally {
      await other.close();
    }
  });

  it('closes what asks for nothing, and what one device opens beyond its share', async () => {
    const other = await startShare({
      address: ADDRESS,
      port: FIRST_PORT,
      worker: { port: (echo.address() as AddressInfo).port, secret: SECRET },
      firstRequestMs: 600,
      ...pair,
    });
    const port = Number(new URL(other.url).port);
    const silent = [
      net.connect({ host: ADDRESS, port }),
      tls.connect({ host: ADDRESS, port, ca: pair.certificate }),
    ];
    try {
      await Promise.all(silent.map(untilClosed));
      const many = Array.from({ length: 120 }, () => net.connect({ host: ADDRESS, port }));
      const closed = many.map(untilClosed);
      // The share is full, and other devices still get in.
      const fromElsewhere = { port, localAddress: '127.0.0.5', headers: { host: `${ADDRESS}:${port}` } };
      expect((await send('/teapot', ADDRESS === '127.0.0.2' ? fromElsewhere : { port })).status).toBe(418);
      await Promise.all(closed);
    } finally {
      await other.close();
    }
  });

  it('leaves no connection behind when it closes', async () => {
    const other = await startShare({
      address: ADDRESS,
      port: FIRST_PORT,
      worker: { port: (echo.address() as AddressInfo).port, secret: SECRET },
      ...pair,
    });
    const ws = new WebSocket(`${other.url.replace('https', 'wss')}/room`, { ca: pair.certificate });
    await once(ws, 'message');
    await other.close();
    await once(ws, 'close');
  });
});

/** However it ends: by a word or by a reset. */
async function untilClosed(socket: net.Socket): Promise<void> {
  socket.on('error', () => {}).resume();
  await new Promise((resolve) => socket.once('close', resolve));
}

async function countConnections(server: http.Server): Promise<number> {
  return await new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
