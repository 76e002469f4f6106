import http from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

/** Of a hundred addresses. */
const IMAGE_SHARE = 25;

export interface Site {
  origins: string[];
  close(): Promise<void>;
}

/** Ports of the loopback address where a quarter of the addresses are small images, each of other bytes, and no others are anything. */
export async function startSite(ports: number): Promise<Site> {
  const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#456' } })
    .jpeg()
    .toBuffer();
  const server = () =>
    http.createServer((request, response) => {
      const number = Number(/^\/(\d+)\.jpg$/.exec(request.url ?? '')?.[1] ?? Number.NaN);
      if (!(number % 100 < IMAGE_SHARE)) return response.writeHead(404, { 'content-length': 0 }).end();
      // A comment behind the start marker.
      const comment = Buffer.from(String(number).padStart(8, '0'));
      const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
      const body = Buffer.concat([picture.subarray(0, 2), head, comment, picture.subarray(2)]);
      return response
        .writeHead(200, { 'content-type': 'image/jpeg', 'content-length': body.length })
        .end(body);
    });
  const servers = Array.from({ length: ports }, server);
  const origins: string[] = [];
  for (const one of servers) {
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    origins.push(`http://127.0.0.1:${(one.address() as AddressInfo).port}`);
  }
  return {
    origins,
    async close() {
      for (const one of servers) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
}
