import net from 'node:net';
import { pipeline } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';

const POLICY_VIOLATION = 1008;

/** Parses `?address=host:port`; null when it is missing or the host is not allowed. */
export function parseAddress(url: string | undefined, allowedHosts: ReadonlySet<string>) {
  const address = new URL(url ?? '/', 'http://127.0.0.1').searchParams.get('address') ?? '';
  const match = /^([^:]+):(\d{1,5})$/.exec(address);
  if (match === null) return null;
  const [, host = '', port = ''] = match;
  return allowedHosts.has(host) ? { host, port: Number(port) } : null;
}

/** Carries the bytes of a WebSocket to a TCP server and back, each side at the pace of the other. */
export function openTunnel(
  socket: WebSocket,
  url: string | undefined,
  allowedHosts: ReadonlySet<string>,
): void {
  const target = parseAddress(url, allowedHosts);
  if (target === null) {
    socket.close(POLICY_VIOLATION, 'address not allowed');
    return;
  }
  const server = net.connect({ ...target, noDelay: true });
  const client = createWebSocketStream(socket);
  pipeline(client, server, client, () => {
    server.destroy();
    socket.terminate();
  });
}
