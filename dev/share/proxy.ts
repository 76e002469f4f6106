import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { CertifiedKey } from './certificate.ts';
import { passOn, refuseRequest, toWorkerHeaders, type Refusal, type WorkerDoor } from './forwarded.ts';

const PORTS_TRIED = 50;
const MAX_CONNECTIONS = 512;
/** A browser has a dozen; one device alone must not keep the others out. */
const MAX_CONNECTIONS_EACH = 100;
/** Who has a connection has something to ask. */
const FIRST_REQUEST_MS = 15_000;
/** Looks within that time for connections that have let it pass. */
const LOOKS = 3;
/** The Worker is being started, or was asked for more than it could do. */
const NO_ANSWER: Refusal = { status: 502, message: 'Darkroom does not answer. Is it still starting?' };

export interface ShareOptions extends CertifiedKey {
  address: string;
  /** The first port to try. */
  port: number;
  worker: WorkerDoor;
  /** A connection that has asked for nothing after so long, in ms, is closed. */
  firstRequestMs?: number;
}

export interface Share {
  /** The origin that is served. */
  url: string;
  close(): Promise<void>;
}

/** Ends quietly: what goes wrong on one side of a relay shows as the end of the other. */
function join(from: Duplex | IncomingMessage, to: Duplex | ServerResponse): void {
  pipeline(from, to, () => {});
}

/** Relays both ways until one side ends; what that one still had to say is said first. */
function connect(device: Duplex, worker: Socket): void {
  device.pipe(worker);
  worker.pipe(device);
  worker.on('error', () => device.destroy());
  worker.once('close', () => device.end(() => device.destroy()));
  device.once('close', () => worker.destroy());
}

const PROBLEM = 'application/problem+json';

/** As the Worker says it (RFC 9457). */
function toProblem({ status, message }: Refusal): string {
  const title = http.STATUS_CODES[status] ?? 'Error';
  return JSON.stringify({
    type: 'about:blank',
    title,
    status,
    detail: message,
    requestId: randomUUID(),
  });
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(refusal.status, { 'content-type': PROBLEM, connection: 'close' })
      .end(toProblem(refusal));
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const { status } = refusal;
  const head = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${PROBLEM}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${toProblem(refusal)}`);
}

/** Closes what one device opens beyond its share. */
function limitEach(server: https.Server, most: number): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const from = socket.remoteAddress ?? '';
    const count = (open.get(from) ?? 0) + 1;
    open.set(from, count);
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left > 0) open.set(from, left);
      else open.delete(from);
    });
    if (count > most) socket.destroy();
  });
}

/** Renders the head of an answer for a socket from which HTTP has been taken off. */
function renderHead(answer: IncomingMessage, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`];
  for (let index = 0; index < headers.length; index += 2) {
    lines.push(`${headers[index] ?? ''}: ${headers[index + 1] ?? ''}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * Ends TLS before the Worker: serves one address of this machine and passes requests and WebSockets on to the Worker
 * on loopback. Tries the next ports when one is busy. Rejects when the address is not this machine's.
 */
export async function startShare(options: ShareOptions): Promise<Share> {
  const upgraded = new Set<Duplex>();
  const { firstRequestMs = FIRST_REQUEST_MS } = options;
  let host = '';
  const toWorker = (request: IncomingMessage, more: string[] = []) =>
    http.request({
      // A connection each: one that the Worker closes while it waits for reuse would fail a request.
      agent: false,
      host: '127.0.0.1',
      port: options.worker.port,
      method: request.method,
      path: request.url,
      headers: [...toWorkerHeaders(request, options.worker), ...more],
    });

  function relay(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refuseRequest(request, host);
    if (refusal) return refuse(response, refusal);
    const upstream = toWorker(request);
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', passOn(answer.rawHeaders));
      // Also without a body yet: an answer that is written bit by bit begins at once.
      response.flushHeaders();
      join(answer, response);
    });
    upstream.on('error', () => refuse(response, NO_ANSWER));
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  function relayUpgrade(request: IncomingMessage, socket: Duplex, first: Buffer): void {
    socket.on('error', () => socket.destroy());
    const refusal = refuseRequest(request, host);
    if (refusal) return refuseUpgrade(socket, refusal);
    const upstream = toWorker(request, ['Connection', 'Upgrade', 'Upgrade', 'websocket']);
    upstream.once('upgrade', (answer: IncomingMessage, worker: Socket, firstAnswer: Buffer) => {
      worker.setNoDelay(true);
      socket.write(renderHead(answer, answer.rawHeaders));
      socket.write(firstAnswer);
      worker.write(first);
      connect(socket, worker);
    });
    // The Worker said no: its answer, whose end is the connection's.
    upstream.once('response', (answer) => {
      socket.write(renderHead(answer, [...passOn(answer.rawHeaders), 'Connection', 'close']));
      join(answer, socket);
    });
    upstream.on('error', () => refuseUpgrade(socket, NO_ANSWER));
    socket.once('close', () => upstream.destroy());
    upstream.end();
  }

  const server = https.createServer(
    {
      cert: options.certificate,
      key: options.key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: firstRequestMs,
      headersTimeout: firstRequestMs,
      connectionsCheckingInterval: firstRequestMs / LOOKS,
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    relay,
  );
  server.maxConnections = MAX_CONNECTIONS;
  limitEach(server, MAX_CONNECTIONS_EACH);
  server.on('upgrade', (request, socket, first) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    relayUpgrade(request, socket, first);
  });
  const port = await listen(server, options.address, options.port);
  host = port === 443 ? options.address : `${options.address}:${port}`;
  return {
    url: `https://${host}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
}

async function listen(server: https.Server, address: string, first: number): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED && port <= 65_535; port++) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve);
      server.listen({ host: address, port, exclusive: true }, () => {
        server.off('error', resolve);
        resolve(null);
      });
    });
    if (error === null) return port;
    if (error.code === 'EADDRNOTAVAIL') throw new Error(`${address} is not an address of this machine.`);
    if (error.code !== 'EADDRINUSE') throw error;
  }
  throw new Error(`No free port from ${first} on ${address}.`);
}
