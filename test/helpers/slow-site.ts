import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the site's robots.txt asks for between two requests, in milliseconds. */
export const SLOW_SITE_DELAY_MS = 400;

/** A site that asks crawlers to be slow. It has no images; `/times` says when each was asked for, in ms since 1970. */
export async function startSlowSite(): Promise<{ url: string; close(): Promise<void> }> {
  const times: number[] = [];
  const server = http.createServer((request, response) => {
    if (request.url === '/times') return response.end(JSON.stringify(times));
    if (request.url === '/robots.txt')
      return response.end(`User-agent: *\nCrawl-delay: ${SLOW_SITE_DELAY_MS / 1_000}\n`);
    times.push(Date.now());
    return response.writeHead(404).end();
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
