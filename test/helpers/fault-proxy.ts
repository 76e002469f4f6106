import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * ok: passes everything on. reset: breaks every connection. black-hole: takes requests and never answers.
 * lose-reply: passes the request on and breaks the connection when the answer comes. error: HTTP 500.
 * garbage: 200 with something that is not JSON.
 */
export type FaultMode = 'ok' | 'reset' | 'black-hole' | 'lose-reply' | 'error' | 'garbage';

const CANNED: Partial<Record<FaultMode, string>> = {
  error: 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\nconnection: close\r\n\r\nboom',
  garbage:
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\nconnection: close\r\n\r\n{"res',
};

export interface FaultProxy {
  url: string;
  upstream: string;
  set(mode: FaultMode): void;
  close(): Promise<void>;
}

/** A TCP proxy before a real server, so that faults happen at the socket and never in a fake client. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const target = new URL(upstream);
  const sockets = new Set<net.Socket>();
  let mode: FaultMode = 'ok';
  const server = net.createServer((client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client));
    client.on('error', () => client.destroy());
    const chosen = mode;
    if (chosen === 'reset') return client.resetAndDestroy();
    if (chosen === 'black-hole') return client.resume();
    const canned = CANNED[chosen];
    if (canned) return client.once('data', () => client.end(canned));
    const server = net.connect(Number(target.port), target.hostname);
    sockets.add(server);
    server.on('close', () => (sockets.delete(server), client.destroy()));
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    client.pipe(server);
    if (chosen === 'lose-reply') server.once('data', () => client.resetAndDestroy());
    else server.pipe(client);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    upstream,
    set(next) {
      mode = next;
      // Kept-alive connections would escape the new mode.
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Lets tests inside workerd switch the proxies: POST /<proxy>/<mode>. POST /<proxy>/fork starts another proxy to
 * the same server and answers with its `name` and `url`, so that files that run side by side break only their own.
 */
export async function startFaultControl(
  proxies: Record<string, FaultProxy>,
): Promise<{ url: string; close(): Promise<void> }> {
  const forks: FaultProxy[] = [];
  const server = http.createServer((request, response) => {
    const [, name = '', mode = ''] = (request.url ?? '').split('/');
    const proxy = proxies[name];
    if (proxy && mode === 'fork') {
      startFaultProxy(proxy.upstream).then(
        (fork) => {
          const forkName = `${name}-${forks.push(fork)}`;
          proxies[forkName] = fork;
          response.end(JSON.stringify({ name: forkName, url: fork.url }));
        },
        () => response.writeHead(500).end(),
      );
      return;
    }
    proxy?.set(mode as FaultMode);
    response.writeHead(proxy ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const fork of forks) await fork.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
