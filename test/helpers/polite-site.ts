import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site whose robots.txt has rules. `/visits` says how often it was asked for them. */
export async function startPoliteSite(): Promise<{ url: string; close(): Promise<void> }> {
  let visits = 0;
  const server = http.createServer((request, response) => {
    if (request.url === '/visits') return response.end(String(visits));
    if (request.url !== '/robots.txt') return response.writeHead(404).end();
    visits++;
    return response.end('User-agent: *\nDisallow: /\n\nUser-agent: DarkroomBot\nDisallow: /private\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
