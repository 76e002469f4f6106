import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, answerPlain, type TextDocument } from './answer.ts';
import { openCollection } from './collection.ts';
import { FRONT_PAGE_POLICY, ROBOTS, writeFrontPage, writeManifest, writeUrlList } from './documents.ts';
import { layOut, type Resource } from './exhibits.ts';

export interface SiteOptions {
  /** Preferred port; when it is taken the next free one above it. 0 = any free port. */
  port: number;
  /** Where the generated photographs are kept between starts. */
  cacheDir: string;
  host?: string;
}

export interface Site {
  /** Origin without a slash at the end. */
  url: string;
  port: number;
  close: () => Promise<void>;
}

const PORTS_TRIED = 50;
const MAX_CONNECTIONS = 512;
const REQUEST_TIMEOUT_MS = 10_000;
/** An idle or unread connection is closed after this. */
const SOCKET_TIMEOUT_MS = 60_000;
const MAX_HEADER_BYTES = 8 * 1024;
const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };

/**
 * Starts the sample site: photographs to crawl, broken files among them, and a manifest that says how each must end.
 * The first start makes the photographs (seconds), later ones find them. Throws when no port is free.
 */
export async function startSite({ port, cacheDir, host = '127.0.0.1' }: SiteOptions): Promise<Site> {
  const collection = await openCollection(cacheDir);
  const { exhibits, unlisted } = layOut(collection);
  const resources = new Map<string, Resource | TextDocument>();
  for (const { path, resource } of [...exhibits, ...unlisted]) resources.set(path, resource);
  resources.set('/', {
    kind: 'text',
    type: 'text/html; charset=utf-8',
    headers: { 'Content-Security-Policy': FRONT_PAGE_POLICY },
    write: () => writeFrontPage(collection.prints),
  });
  resources.set('/manifest.json', {
    kind: 'text',
    type: 'application/json; charset=utf-8',
    headers: ANY_ORIGIN,
    write: (origin) => writeManifest(exhibits, origin),
  });
  resources.set('/urls.txt', {
    kind: 'text',
    type: 'text/plain; charset=utf-8',
    headers: ANY_ORIGIN,
    write: (origin) => writeUrlList(exhibits, origin),
  });
  resources.set('/robots.txt', { kind: 'text', type: 'text/plain; charset=utf-8', write: () => ROBOTS });

  const configured = { origin: '' };
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      const isHead = request.method === 'HEAD';
      if (request.method !== 'GET' && !isHead) {
        // The body of a refused request is not read: the connection ends with the answer.
        response.setHeader('Allow', 'GET, HEAD').setHeader('Connection', 'close');
        return answerPlain(response, 405, false);
      }
      const resource = resources.get((request.url ?? '/').split('?', 1)[0] ?? '/');
      if (!resource) return answerPlain(response, 404, isHead);
      const origin = loopbackOrigin(request.headers.host) ?? configured.origin;
      const context = { origin, lastModified: collection.madeAt };
      // A client may leave half-way, which ends the stream with an error that concerns nobody else.
      answer(request, response, resource, context).catch(() => response.destroy());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.setTimeout(SOCKET_TIMEOUT_MS);
  const bound = await listen(server, host, port);
  configured.origin = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return { url: configured.origin, port: bound, close: () => close(server) };
}

/**
 * The origin a client reached the site by, when its Host header names a loopback host; any other Host is not echoed, so
 * that nobody can make the manifest point elsewhere.
 */
export function loopbackOrigin(host: string | undefined): string | undefined {
  if (
    !host ||
    !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9-]{1,63}\.localhost)(?::\d{1,5})?$/i.test(host)
  )
    return undefined;
  const url = URL.parse(`http://${host}`);
  return url?.origin;
}

async function listen(server: Server, host: string, preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + PORTS_TRIED && port <= 65_535; port += 1) {
    const error = await tryToListen(server, host, port);
    if (!error) return addressOf(server).port;
    if (error.code !== 'EADDRINUSE') throw error;
  }
  throw new Error(`no free port from ${preferred} on`);
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

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the server has no address');
  return address;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
