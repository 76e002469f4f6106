import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { DEFAULT_LATENCY_MS, type FaultMode } from './fault-modes.ts';
import { createFaultServer, REPLY_FAULTS } from './fault-replies.ts';

const CANNED = {
  error: 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\nconnection: close\r\n\r\nboom',
  garbage:
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\nconnection: close\r\n\r\n{"res',
};
/** Bytes that come at once before an answer drips: within its head. */
const DRIP_START = 20;
const DRIP_EVERY_MS = 250;
/** One request at a time goes over a connection, so that each one begins a chunk; bodies are JSON. */
const REQUEST_LINE = /^(GET|POST) \//;

export interface FaultProxy {
  url: string;
  upstream: string;
  /** Resolves when the mode holds for every connection. `latencyMs` is that of `slow`. */
  set(mode: FaultMode, latencyMs?: number): Promise<void>;
  /** The HTTP requests that have come since the start, answered or not. */
  calls(): number;
  close(): Promise<void>;
}

/** A TCP proxy before a real server, so that faults happen at the socket and never in a fake client. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const target = new URL(upstream);
  const sockets = new Set<net.Socket>();
  /** Those that a half-open time has struck: they stay as they are until the proxy closes. */
  const dead = new Set<net.Socket>();
  let mode: FaultMode = 'ok';
  let latencyMs = DEFAULT_LATENCY_MS;
  let calls = 0;
  const speakers = new Map<FaultMode, http.Server>(
    REPLY_FAULTS.map((fault) => [fault, createFaultServer(fault, upstream).on('request', () => calls++)]),
  );

  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('close', () => (sockets.delete(socket), dead.delete(socket)));
    socket.on('error', () => socket.destroy());
  };
  const count = (chunk: Buffer) => {
    if (REQUEST_LINE.test(chunk.subarray(0, 8).toString('latin1'))) calls++;
  };
  /** A paused socket notices nothing, not even that the other side has ended. */
  const silence = (socket: net.Socket) => {
    socket.unpipe();
    socket.removeAllListeners('data');
    socket.pause();
    dead.add(socket);
  };

  function connect(client: net.Socket, relay: (server: net.Socket) => void): void {
    const server = net.connect(Number(target.port), target.hostname);
    keep(server);
    // What is on its way to the client with a delay goes first; the end comes with it.
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server);
    relay(server);
  }

  function accept(client: net.Socket): unknown {
    keep(client);
    if (mode === 'reset') return reset(client);
    if (mode === 'half-open') return silence(client);
    const speaker = speakers.get(mode);
    if (speaker) return speaker.emit('connection', client);
    client.on('data', count);
    switch (mode) {
      case 'black-hole':
        return client.resume();
      case 'error':
      case 'garbage': {
        const canned = CANNED[mode];
        return client.once('data', () => client.end(canned));
      }
      case 'slow':
        return connect(client, (server) => delay(server, client, latencyMs));
      case 'drip':
        return connect(client, (server) => drip(server, client));
      case 'cut':
        return connect(client, (server) => {
          server.once('data', (chunk: Buffer) => {
            client.end(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => client.destroy());
          });
        });
      case 'lose-reply':
        return connect(client, (server) => server.once('data', () => reset(client)));
      default:
        return connect(client, (server) => server.pipe(client));
    }
  }

  const server = net.createServer(accept);
  const listen = async (port: number) => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => (server.off('error', reject), resolve()));
    });
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    upstream,
    calls: () => calls,
    async set(next, ms = DEFAULT_LATENCY_MS) {
      mode = next;
      latencyMs = ms;
      for (const socket of sockets) {
        if (dead.has(socket)) continue;
        if (next === 'half-open') silence(socket);
        // Kept-alive connections would escape the new mode.
        else reset(socket);
      }
      if (next === 'down' && server.listening) {
        // Resolves only when the last connection, dead ones too, has closed; it listens no more from now on.
        server.close();
      } else if (next !== 'down' && !server.listening) await listen(port);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * A socket that is ending cannot be reset: Node fails with EINVAL, and never closes it
 * (https://docs.libuv.org/en/v1.x/tcp.html#c.uv_tcp_close_reset).
 */
function reset(socket: net.Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Everything that the server says comes later by `ms`, in its order. */
function delay(server: net.Socket, client: net.Socket, ms: number): void {
  server.on('data', (chunk: Buffer) => setTimeout(() => client.write(chunk), ms));
  server.on('end', () => setTimeout(() => client.end(), ms));
}

function drip(server: net.Socket, client: net.Socket): void {
  const waiting: Buffer[] = [];
  let isStarted = false;
  const timer = setInterval(() => {
    const chunk = waiting.shift();
    if (!chunk) return;
    client.write(chunk.subarray(0, 1));
    if (chunk.length > 1) waiting.unshift(chunk.subarray(1));
  }, DRIP_EVERY_MS);
  client.on('close', () => clearInterval(timer));
  server.on('data', (chunk: Buffer) => {
    if (!isStarted) client.write(chunk.subarray(0, DRIP_START));
    waiting.push(isStarted ? chunk : chunk.subarray(DRIP_START));
    isStarted = true;
  });
}
