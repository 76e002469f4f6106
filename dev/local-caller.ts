import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Why a request may not reach a local store, or null. A browser names the page that sends a request, a driver does
 * not; and a page whose own name was made to point at this machine (DNS rebinding) shows in the Host.
 */
export function refuseCaller(request: IncomingMessage): string | null {
  if (request.headers.origin !== undefined) return 'requests of web pages are refused';
  const host = `http://${request.headers.host ?? ''}`;
  const isLoopback = URL.canParse(host) && LOOPBACK_NAMES.has(new URL(host).hostname);
  return isLoopback ? null : 'only loopback names are served';
}
