/**
 * Stands before one gateway, STORE_URL: its answers come later by a latency. Says
 * `{ready: true, url, origins: [url, control]}` over IPC; control takes POST /latency/<ms>.
 */
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

const target = new URL(process.env['STORE_URL'] ?? '');
let latencyMs = 0;

const proxy = net.createServer((client) => {
  const server = net.connect(Number(target.port), target.hostname);
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.setNoDelay(true);
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  client.on('data', (chunk: Buffer) => server.write(chunk));
  server.on('data', (chunk: Buffer) => {
    if (latencyMs === 0) client.write(chunk);
    else setTimeout(() => client.write(chunk), latencyMs);
  });
});

const control = http.createServer((request, response) => {
  const latency = /^\/latency\/(\d+)$/.exec(request.url ?? '')?.[1];
  if (latency !== undefined) latencyMs = Number(latency);
  else response.statusCode = 404;
  response.end();
});

async function listen(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
const url = await listen(proxy);
process.send?.({ ready: true, url, origins: [url, await listen(control)] });
