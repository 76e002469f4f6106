import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';

const ZEROS = Buffer.alloc(1024 * 1024);
/** What a gzip bomb unpacks to; far above every limit. */
const BOMB_MIB = 256;

type Answer = (response: http.ServerResponse) => void;

function bomb(response: http.ServerResponse): void {
  response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' });
  const gzip = createGzip();
  gzip.pipe(response);
  let left = BOMB_MIB;
  const write = () => {
    while (left-- > 0) if (!gzip.write(ZEROS)) return void gzip.once('drain', write);
    gzip.end();
  };
  response.once('close', () => ((left = 0), gzip.destroy()));
  write();
}

/** What no honest server answers, by path. */
const ANSWERS: Record<string, Answer> = {
  '/gzip-bomb.png': bomb,
  '/not-gzip.png': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip at all'),
  '/short.png': (response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('less than that', () => response.socket?.end());
  },
  '/zero.png': (response) => response.writeHead(200, { 'content-length': 0 }).end(),
  '/long-location.png': (response) => response.writeHead(302, { location: `/${'x'.repeat(10_000)}` }).end(),
  '/cycle.png': (response) => response.writeHead(307, { location: '/cycle.png' }).end(),
  '/odd-location.png': (response) =>
    response.writeHead(302, { location: 'http://[::ffff:127.0.0.1]/' }).end(),
  '/script-location.png': (response) => response.writeHead(302, { location: 'javascript:alert(1)' }).end(),
  '/many-headers.png': (response) => {
    for (let n = 0; n < 2_000; n++) response.setHeader(`x-flood-${n}`, 'y'.repeat(40));
    response.end('no image');
  },
  '/bad-tag.png': (response) =>
    response.writeHead(200, { 'x-robots-tag': `${'noai,'.repeat(500)}\u00ff: ,,;` }).end('no image'),
  '/status-999.png': (response) => response.writeHead(999).end(),
};

/** What is no HTTP at all, written to the socket as it is. */
const RAW: Record<string, string> = {
  '/garbage.png': 'SSH-2.0-OpenSSH_9.7\r\n\r\n',
  '/negative-length.png': 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello',
  '/two-lengths.png': 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!',
  '/huge-head.png': `HTTP/1.1 200 OK\r\nx-flood: ${'z'.repeat(300_000)}\r\n\r\n`,
};

/** A server of this machine that answers as nobody should. */
export async function startHostileHost(): Promise<{ url: string; close(): Promise<void> }> {
  const server = http.createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    const path = request.url ?? '';
    const raw = RAW[path];
    if (raw !== undefined && request.socket instanceof net.Socket) return request.socket.end(raw);
    const answer = ANSWERS[path];
    return answer ? answer(response) : response.writeHead(404).end();
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
