import http from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

/** The header of a BMP file, which no crawl accepts. */
const BITMAP = Buffer.from(`424d${'00'.repeat(12)}28${'00'.repeat(39)}`, 'hex');

/**
 * A small web server of images for tests inside workerd, told by the path what to answer:
 * /image/<any>.jpg|png (different bytes for every name), /same/<any>.jpg (always the same bytes),
 * /tiny.png, /wide.png (a side too long to decode), /corrupt.jpg, /page.jpg (HTML), /animation.gif, /bitmap.bmp, /status/<code>, /large (11 MiB declared),
 * /endless (no length, never stops), /reset, /hang, /redirect/<n>/<path>, /to-private.
 */
export async function startImageHost(): Promise<{ url: string; close(): Promise<void> }> {
  const corrupt = (await draw('corrupt', 'jpeg')).subarray(0, 900);
  const gif = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#345' } })
    .gif()
    .toBuffer();
  const wide = await sharp({ create: { width: 16_400, height: 2, channels: 3, background: '#345' } })
    .png()
    .toBuffer();
  const server = http.createServer((request, response) => {
    void answer(new URL(request.url ?? '/', 'http://image.test').pathname, response);
  });

  async function answer(path: string, response: http.ServerResponse): Promise<void> {
    const send = (body: Buffer | string, type: string) =>
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
    const [, kind = '', first = '', ...rest] = path.split('/');
    if (kind === 'image')
      return void send(await draw(first, first.endsWith('png') ? 'png' : 'jpeg'), 'image/jpeg');
    if (kind === 'same') return void send(await draw('same', 'jpeg'), 'image/jpeg');
    if (kind === 'tiny.png') return void send(await draw('tiny', 'png', 8), 'image/png');
    if (kind === 'wide.png') return void send(wide, 'image/png');
    if (kind === 'corrupt.jpg') return void send(corrupt, 'image/jpeg');
    if (kind === 'page.jpg') return void send('<!doctype html><p>Not an image', 'image/jpeg');
    if (kind === 'animation.gif') return void send(gif, 'image/gif');
    if (kind === 'bitmap.bmp') return void send(BITMAP, 'image/bmp');
    if (kind === 'status') return void response.writeHead(Number(first)).end('no');
    if (kind === 'redirect' && Number(first) > 0) {
      const location =
        Number(first) > 1 ? `/redirect/${Number(first) - 1}/${rest.join('/')}` : `/${rest.join('/')}`;
      return void response.writeHead(302, { location }).end();
    }
    if (kind === 'to-private')
      return void response.writeHead(302, { location: 'http://10.0.0.1/image.jpg' }).end();
    if (kind === 'large') {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': 11 * 1024 * 1024 });
      return void response.write('x');
    }
    if (kind === 'endless') {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      const block = Buffer.alloc(256 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      return more();
    }
    if (kind === 'reset') {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': 5_000 });
      return void response.write('x', () => response.socket?.resetAndDestroy());
    }
    if (kind === 'hang') return;
    response.writeHead(404).end();
  }

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

/** An image whose bytes are a function of `name`: a gradient between two colours taken from its letters. */
async function draw(name: string, format: 'jpeg' | 'png', side = 120): Promise<Buffer> {
  let seed = 7;
  for (const letter of name) seed = (seed * 31 + letter.charCodeAt(0)) >>> 0;
  const height = Math.round(side * 0.75);
  const pixels = Buffer.alloc(side * height * 3);
  for (let i = 0; i < pixels.length; i++) {
    seed = (seed * 1_103_515_245 + 12_345) >>> 0;
    pixels[i] = ((i >> 4) + (seed >>> 27)) & 255;
  }
  const image = sharp(pixels, { raw: { width: side, height, channels: 3 } });
  return await (format === 'jpeg' ? image.jpeg({ quality: 82 }) : image.png()).toBuffer();
}
