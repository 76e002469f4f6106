import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What the tests' zone and token are. */
export const ZONE = { id: '0123456789abcdef0123456789abcdef', token: 'zone-token-of-the-tests-alone' };

/** One call, as the API was asked. */
export interface PurgeCall {
  body: { tags?: string[]; files?: string[]; purge_everything?: boolean };
  requestId: string | undefined;
}

/** How the API behaves: `limited` from the second call on, `hanging` never answers. */
export type PurgeMode = 'working' | 'limited' | 'failing' | 'garbled' | 'hanging';

export interface PurgeApi {
  /** What CACHE_PURGE_URL is to be. */
  url: string;
  close(): Promise<void>;
}

const MAX_ITEMS = 100;

interface State {
  mode: PurgeMode;
  calls: PurgeCall[];
}

function answer(response: http.ServerResponse, status: number, errors: { code: number; message: string }[]) {
  const body = {
    success: status === 200,
    errors,
    messages: [],
    result: status === 200 ? { id: ZONE.id } : null,
  };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function purge(
  state: State,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const body = JSON.parse(await text(request)) as PurgeCall['body'];
  if (request.headers.authorization !== `Bearer ${ZONE.token}`)
    return answer(response, 403, [{ code: 10000, message: 'Authentication error' }]);
  state.calls.push({ body, requestId: request.headers['x-request-id']?.toString() });
  if (state.mode === 'hanging') return;
  if (state.mode === 'failing') return void response.writeHead(502).end('<html>Bad gateway</html>');
  if (state.mode === 'garbled') return void response.writeHead(200).end('{"success": "perhaps"}');
  if (state.mode === 'limited' && state.calls.length > 1) {
    response.setHeader('retry-after', '45');
    return answer(response, 429, [
      { code: 971, message: 'Please wait and consider throttling your requests' },
    ]);
  }
  const items = body.tags ?? body.files ?? [];
  if (items.length > MAX_ITEMS) return answer(response, 400, [{ code: 1095, message: 'Too many items' }]);
  if (items.length === 0 && body.purge_everything !== true)
    return answer(response, 400, [{ code: 1012, message: 'Request must name what to purge' }]);
  return answer(response, 200, []);
}

/**
 * Cloudflare's API as far as purging a zone goes: its replies, its token, its limit of a hundred items a call. For tests
 * `PUT /mode/{mode}` sets how it behaves and forgets the calls, and `GET /calls` tells them.
 */
export async function startPurgeApi(): Promise<PurgeApi> {
  const state: State = { mode: 'working', calls: [] };
  const server = http.createServer((request, response) => {
    const { method, url = '/' } = request;
    if (method === 'PUT') {
      Object.assign(state, { mode: url.split('/').at(-1), calls: [] });
      return void response.writeHead(204).end();
    }
    if (method === 'GET') return void response.end(JSON.stringify(state.calls));
    if (method !== 'POST' || url !== `/client/v4/zones/${ZONE.id}/purge_cache`)
      return answer(response, 404, [{ code: 7003, message: 'Could not route to it' }]);
    purge(state, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/client/v4`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
