import http from 'node:http';
import { WebSocketServer } from 'ws';
import { refuseCaller } from '../local-caller.ts';
import { createPools } from './pools.ts';
import { answerSql, MAX_BODY_BYTES, sendJson } from './sql.ts';
import { openTunnel } from './tunnel.ts';

const LOOPBACK = '127.0.0.1';
const IDLE_LIMIT_MS = 60_000;

export interface NeonGatewayOptions {
  /** Default: any free port. */
  port?: number;
  /** The database hosts that may be reached. Default: this machine. */
  allowedHosts?: string[];
}

export interface NeonGateway {
  /** Without a path: `/sql` is the HTTP endpoint, `/v2` the WebSocket one. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Starts a server on the loopback address that speaks Neon's two protocols over plain Postgres: `POST /sql` (single
 * query or batch) and the WebSocket tunnel `/v2?address=host:port`. Web pages and names that are not loopback get 403.
 * Rejects when the port is taken.
 */
export async function startNeonGateway(options: NeonGatewayOptions = {}): Promise<NeonGateway> {
  const allowedHosts = new Set(options.allowedHosts ?? [LOOPBACK, 'localhost']);
  const pools = createPools(allowedHosts);
  const server = http.createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    const refusal = refuseCaller(request);
    if (refusal !== null) sendJson(response, 403, { message: refusal });
    else if (path !== '/sql') sendJson(response, 404, { message: 'not found' });
    else if (request.method !== 'POST') sendJson(response, 405, { message: 'only POST' });
    else void answerSql(pools, request, response);
  });
  // A Worker that has computed for seconds must not find the connection that it goes on with closed in its hands.
  server.keepAliveTimeout = IDLE_LIMIT_MS;
  const sockets = new WebSocketServer({
    server,
    path: '/v2',
    perMessageDeflate: false,
    maxPayload: MAX_BODY_BYTES,
    verifyClient: ({ req }, decide) => {
      const message = refuseCaller(req);
      const json = { 'content-type': 'application/json' };
      decide(message === null, 403, JSON.stringify({ message }), json);
    },
  });
  sockets.on('connection', (socket, request) => openTunnel(socket, request.url, allowedHosts));

  const port = await new Promise<number>((resolve, reject) => {
    sockets.once('error', reject);
    server.once('error', reject);
    server.listen(options.port ?? 0, LOOPBACK, () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pools.close();
    },
  };
}
