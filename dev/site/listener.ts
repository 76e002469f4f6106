import { createServer, type RequestListener, type Server } from 'node:http';

/** One origin that is being served. */
export interface Listener {
  port: number;
  close: () => Promise<void>;
}

const PORTS_TRIED = 50;
const LAST_PORT = 65_535;
const MAX_CONNECTIONS = 512;
const REQUEST_TIMEOUT_MS = 10_000;
/** An idle or unread connection is closed after this. */
const SOCKET_TIMEOUT_MS = 60_000;
const MAX_HEADER_BYTES = 8 * 1024;

/**
 * Serves on the preferred port or, when it is taken, on the next free one above it, or else on any free one. 0 = any
 * free port. Throws when the host has none.
 */
export async function startListener(
  host: string,
  preferred: number,
  handle: RequestListener,
): Promise<Listener> {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS },
    handle,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.setTimeout(SOCKET_TIMEOUT_MS);
  // Not shorter, or a polite client would often ask on a connection at the moment it is closed.
  server.keepAliveTimeout = SOCKET_TIMEOUT_MS;
  return { port: await listen(server, host, preferred), close: () => close(server) };
}

async function listen(server: Server, host: string, preferred: number): Promise<number> {
  const last = Math.min(preferred + PORTS_TRIED - 1, LAST_PORT);
  const neighbours = Array.from({ length: Math.max(0, last - preferred + 1) }, (_, step) => preferred + step);
  for (const port of [...neighbours, 0]) {
    const error = await tryToListen(server, host, port);
    if (!error) return portOf(server);
    if (error.code !== 'EADDRINUSE') throw error;
  }
  throw new Error(`no free port on ${host}`);
}

function tryToListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', fail);
      resolve(undefined);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the server has no address');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
