import type { IncomingMessage } from 'node:http';

/** What concerns one connection (RFC 9110, 7.6.1), and what the next one gets anew. */
const OF_ONE_CONNECTION = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What says where a request is from, which here nobody but this proxy knows. `MF-` speaks to the local runtime. */
const CLAIMS = /^(x-forwarded-|x-real-ip$|forwarded$|true-client-ip$|cf-|mf-|darkroom-shared$)/;
/** The local runtime's own doors: cron, mail, stored objects. They ask no one who they are. */
const RUNTIME_PATHS = /^\/+(cdn-cgi|__cf_local)(\/|$)/;

export interface Refusal {
  status: number;
  message: string;
}

/** Why a request may not reach the Worker, or null. `host` is what is shared, with its port. */
export function refuseRequest(request: IncomingMessage, host: string): Refusal | null {
  if (request.headers.host !== host) {
    return { status: 421, message: 'Use the address that Darkroom printed when it started.' };
  }
  const target = `https://${host}${request.url ?? ''}`;
  if (!request.url?.startsWith('/') || !URL.canParse(target)) {
    return { status: 400, message: 'The address is not valid.' };
  }
  // As the runtime will read it: `/x/../cdn-cgi` is the same door.
  const isRuntime = RUNTIME_PATHS.test(new URL(target).pathname);
  return isRuntime ? { status: 404, message: 'There is nothing at this address.' } : null;
}

/** The headers of a message that go on to the other side, as pairs in one list. */
export function passOn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => {
    const name = (rawHeaders[index - (index % 2)] ?? '').toLowerCase();
    return !OF_ONE_CONNECTION.has(name);
  });
}

export interface WorkerDoor {
  port: number;
  /** By which the Worker knows this proxy. */
  secret: string;
}

/**
 * The headers under which a device's request reaches the Worker: as it would from Cloudflare, with the device's address
 * as this proxy sees it. Whatever the device itself claims about that is left out. Under the Worker's own loopback name,
 * for the local runtime rewrites what a request says about the name that it comes under; the Worker puts the shared
 * origin back.
 */
export function toWorkerHeaders(request: IncomingMessage, worker: WorkerDoor): string[] {
  const kept = passOn(request.rawHeaders);
  const own = kept.filter((_, index) => !CLAIMS.test((kept[index - (index % 2)] ?? '').toLowerCase()));
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  // A body without a length keeps its own framing; none at all must not be given one.
  const framing = request.headers['transfer-encoding'] === undefined ? [] : ['Transfer-Encoding', 'chunked'];
  const claims = ['CF-Connecting-IP', address, 'Darkroom-Shared', worker.secret];
  return [...own, ...framing, 'Host', `127.0.0.1:${worker.port}`, ...claims];
}
