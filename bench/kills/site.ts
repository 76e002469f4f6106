import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';

const HOSTS = 3;
/** No answer comes at once, so that a kill finds requests under way. */
const SHORTEST_MS = 20;
const SPREAD_MS = 150;

type Answer =
  /** `isCommon`: the same bytes for every list; else each has its own, of the same length. */
  | { kind: 'image'; content: string; isCommon?: boolean; robotsTag?: string }
  | { kind: 'status'; code: number }
  | { kind: 'redirect'; to: string }
  | { kind: 'corrupt' | 'page' };

interface Entry {
  host: number;
  name: string;
  answer: Answer;
  /** As items show it: `status` or `status(reason)`. */
  outcome: string;
}

const image = (host: number, name: string): Entry => ({
  host,
  name,
  answer: { kind: 'image', content: name },
  outcome: 'stored',
});
const numbered = (count: number, host: number) =>
  Array.from({ length: count }, (_, n) => image(host, `image-${host}-${n}.jpg`));

/** Of two addresses with the same bytes in one list the first to arrive is stored, whichever that is. */
export const TWIN = 'stored or duplicate_exact';

/** Every outcome that does not depend on time. What is answered never depends on what was asked before. */
const ENTRIES: readonly Entry[] = [
  ...numbered(8, 0),
  ...numbered(6, 1),
  ...numbered(1, 2),
  {
    host: 0,
    name: 'known-again.jpg',
    answer: { kind: 'image', content: 'known' },
    outcome: 'duplicate_exact',
  },
  { host: 0, name: 'twin-a.jpg', answer: { kind: 'image', content: 'twin' }, outcome: TWIN },
  { host: 2, name: 'twin-b.jpg', answer: { kind: 'image', content: 'twin' }, outcome: TWIN },
  {
    host: 0,
    name: 'common-a.jpg',
    answer: { kind: 'image', content: 'a', isCommon: true },
    outcome: 'stored',
  },
  {
    host: 1,
    name: 'common-b.jpg',
    answer: { kind: 'image', content: 'b', isCommon: true },
    outcome: 'stored',
  },
  { host: 0, name: 'gone.jpg', answer: { kind: 'status', code: 404 }, outcome: 'failed(http_4xx)' },
  { host: 0, name: 'broken.jpg', answer: { kind: 'corrupt' }, outcome: 'rejected(corrupt)' },
  { host: 1, name: 'page.jpg', answer: { kind: 'page' }, outcome: 'rejected(not_image)' },
  { host: 1, name: 'down.jpg', answer: { kind: 'status', code: 503 }, outcome: 'failed(http_5xx)' },
  { host: 2, name: 'down-too.jpg', answer: { kind: 'status', code: 503 }, outcome: 'failed(http_5xx)' },
  {
    host: 1,
    name: 'reserved.jpg',
    answer: { kind: 'image', content: 'reserved', robotsTag: 'noai' },
    outcome: 'blocked(noai)',
  },
  { host: 0, name: 'private/one.jpg', answer: { kind: 'status', code: 500 }, outcome: 'blocked(robots)' },
  { host: 1, name: 'private/two.jpg', answer: { kind: 'status', code: 500 }, outcome: 'blocked(robots)' },
  { host: 1, name: 'moved.jpg', answer: { kind: 'redirect', to: 'moved-on.jpg' }, outcome: 'stored' },
  {
    host: 2,
    name: 'inside.jpg',
    answer: { kind: 'redirect', to: 'http://10.0.0.1/image.jpg' },
    outcome: 'blocked(private_address)',
  },
  {
    host: 0,
    name: 'circle.jpg',
    answer: { kind: 'redirect', to: 'circle.jpg' },
    outcome: 'failed(redirects)',
  },
];

/** Answered, but on no list. */
const UNLISTED: readonly Entry[] = [
  { host: 0, name: 'known.jpg', answer: { kind: 'image', content: 'known' }, outcome: 'stored' },
  {
    host: 1,
    name: 'moved-on.jpg',
    answer: { kind: 'redirect', to: 'moved-here.jpg' },
    outcome: 'stored',
  },
  { host: 1, name: 'moved-here.jpg', answer: { kind: 'image', content: 'moved' }, outcome: 'stored' },
];

/** What is known of the list of one job before it is crawled. */
export interface List {
  /** In every address of the list, between two slashes. */
  key: string;
  urls: string[];
  /** An address whose bytes are those of `known-again.jpg` on the list. */
  knownUrl: string;
  /** The outcome of each of `urls`. */
  outcomes: string[];
  /** The names of contents by their SHA-256 (hexadecimal) and by their CRC-32. */
  contents: { bySha256: Map<string, string>; byCrc32: Map<number, string> };
}

export interface Site {
  origins: string[];
  list(number: number): List;
  close(): Promise<void>;
}

/** Draws once what every list shows. */
async function drawContents(): Promise<Map<string, Buffer>> {
  const drawn = new Map<string, Buffer>();
  for (const { answer } of [...ENTRIES, ...UNLISTED]) {
    if (answer.kind !== 'image' || drawn.has(answer.content)) continue;
    let seed = createHash('sha256').update(answer.content).digest().readUInt32LE();
    const pixels = Buffer.alloc(200 * 150 * 3);
    for (let at = 0; at < pixels.length; at++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      pixels[at] = (at >> 9) + (seed >>> 28);
    }
    const picture = sharp(pixels, { raw: { width: 200, height: 150, channels: 3 } });
    drawn.set(answer.content, await picture.jpeg().toBuffer());
  }
  return drawn;
}

/** The JPEG with a comment right after its start marker: other bytes, the same picture. */
function withComment(jpeg: Buffer, comment: string): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from(comment, 'latin1'), jpeg.subarray(2)]);
}

/**
 * A site on three origins of the loopback address that shows each list the same pictures, in bytes of its own. The
 * answer is a function of the address alone.
 */
export async function startSite(): Promise<Site> {
  const drawn = await drawContents();
  const keyOf = (number: number) => `list-${String(number).padStart(4, '0')}`;
  const bytesOf = (key: string, { content, isCommon }: Extract<Answer, { kind: 'image' }>): Buffer =>
    withComment(drawn.get(content) ?? Buffer.alloc(0), isCommon ? 'list-all.' : key);

  function reply(key: string, { answer, name }: Entry, response: http.ServerResponse): void {
    const send = (body: Buffer, headers: http.OutgoingHttpHeaders = {}) =>
      response
        .writeHead(200, { 'content-type': 'image/jpeg', 'content-length': body.length, ...headers })
        .end(body);
    switch (answer.kind) {
      case 'image':
        return void send(bytesOf(key, answer), {
          etag: `"${name}"`,
          ...(answer.robotsTag !== undefined && { 'x-robots-tag': answer.robotsTag }),
        });
      case 'corrupt':
        return void send((drawn.get('known') ?? Buffer.alloc(0)).subarray(0, 900));
      case 'page':
        return void send(Buffer.from('<!doctype html><p>Not an image'));
      case 'status':
        return void response.writeHead(answer.code, { 'content-length': 0 }).end();
      case 'redirect': {
        const location = URL.canParse(answer.to) ? answer.to : `/${key}/${answer.to}`;
        return void response.writeHead(302, { location, 'content-length': 0 }).end();
      }
    }
  }

  const entries = new Map([...ENTRIES, ...UNLISTED].map((entry) => [`${entry.host}/${entry.name}`, entry]));
  const servers = Array.from({ length: HOSTS }, (_, host) =>
    http.createServer((request, response) => {
      const [, key = '', ...rest] = (request.url ?? '').split('/');
      if (key === 'robots.txt') return response.end('User-agent: *\nDisallow: /*/private/\n');
      const entry = entries.get(`${host}/${rest.join('/')}`);
      if (!entry) return response.writeHead(410).end();
      const delay =
        createHash('sha256')
          .update(request.url ?? '')
          .digest()
          .readUInt16LE() % SPREAD_MS;
      setTimeout(() => reply(key, entry, response), SHORTEST_MS + delay);
    }),
  );
  const origins: string[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origins.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  return {
    origins,
    list(number) {
      const key = keyOf(number);
      const bySha256 = new Map<string, string>();
      const byCrc32 = new Map<number, string>();
      for (const { answer } of [...ENTRIES, ...UNLISTED]) {
        if (answer.kind !== 'image') continue;
        const bytes = bytesOf(key, answer);
        bySha256.set(createHash('sha256').update(bytes).digest('hex'), answer.content);
        byCrc32.set(crc32(bytes), answer.content);
      }
      return {
        key,
        urls: ENTRIES.map(({ host, name }) => `${origins[host]}/${key}/${name}`),
        knownUrl: `${origins[0]}/${key}/known.jpg`,
        outcomes: ENTRIES.map(({ outcome }) => outcome),
        contents: { bySha256, byCrc32 },
      };
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
