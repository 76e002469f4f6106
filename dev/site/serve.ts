import type { RequestListener } from 'node:http';
import { answer, answerPlain } from './answer.ts';
import type { Collection } from './collection.ts';
import { layOut } from './exhibition.ts';
import { startListener, type Listener } from './listener.ts';
import { routeAll, type Routes } from './routes.ts';

export interface Site {
  /** The main origin, without a slash at the end. */
  url: string;
  /** All origins of the site, the main one first. */
  origins: string[];
  /** Of the main origin. */
  port: number;
  close: () => Promise<void>;
}

interface Address {
  /** Preferred port of the main origin; the others follow it. A taken one is moved past. 0 = any free ports. */
  port: number;
  host?: string;
}

/** Serves the site that shows a collection, each origin on a port of its own. */
export async function serveCollection(
  collection: Collection,
  { port, host = '127.0.0.1' }: Address,
): Promise<Site> {
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  const nameOrigins = (hostname: string): string[] => {
    return listeners.map((listener) => `http://${hostname}:${listener.port}`);
  };
  const own = host.includes(':') ? `[${host}]` : host;
  const handle = (routes: Routes): RequestListener => {
    return (request, response) => {
      const isHead = request.method === 'HEAD';
      if (request.method !== 'GET' && !isHead) {
        // The body of a refused request is not read: the connection ends with the answer.
        response.setHeader('Allow', 'GET, HEAD').setHeader('Connection', 'close');
        return answerPlain(response, 405, false);
      }
      const resource = routes.get((request.url ?? '/').split('?', 1)[0] ?? '/');
      if (!resource) return answerPlain(response, 404, isHead);
      const origins = nameOrigins(loopbackName(request.headers.host) ?? own);
      const context = { origins, lastModified: collection.madeAt };
      // A client may leave half-way, which ends the stream with an error that concerns nobody else.
      answer(request, response, resource, context).catch(() => response.destroy());
    };
  };
  try {
    for (const routes of routeAll(layOut(collection))) {
      const last = listeners.at(-1)?.port;
      const preferred = port === 0 || last === undefined ? port : last + 1;
      listeners.push(await startListener(host, preferred, handle(routes)));
    }
  } catch (cause) {
    await close();
    throw cause;
  }
  const [main] = listeners;
  if (!main) throw new Error('the site has no origin');
  return { url: `http://${own}:${main.port}`, origins: nameOrigins(own), port: main.port, close };
}

/**
 * The loopback name that a client reached the site by, from its Host header; any other Host is not echoed, so that
 * nobody can make the manifest point elsewhere. The ports are the site's own.
 */
export function loopbackName(host: string | undefined): string | undefined {
  if (
    !host ||
    !/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9-]{1,63}\.localhost)(?::\d{1,5})?$/i.test(host)
  )
    return undefined;
  return URL.parse(`http://${host}`)?.hostname;
}
