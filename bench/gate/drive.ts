import net from 'node:net';

/** No request of a benchmark takes longer. */
const STALL_MS = 20_000;

export interface Load {
  url: string;
  /** Each connection sends one of them, over and over. */
  requests: RawRequest[];
  connections: number;
  ms: number;
}

export interface RawRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Driven {
  /** Of each request that was answered with 2xx, in milliseconds. */
  latencies: number[];
  ms: number;
}

function render(url: URL, { method, path, headers, body = '' }: RawRequest): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${url.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`, 'content-type: application/json']),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** How long the reply is that a text begins with; null while it is not whole. */
function lengthOfReply(text: string): number | null {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2))?.[1];
  if (length !== undefined) {
    const end = head + 4 + Number(length);
    return text.length >= end ? end : null;
  }
  // A chunked one, or one without a body.
  if (!/\r\ntransfer-encoding: chunked/i.test(text.slice(0, head + 2))) return head + 4;
  const end = text.indexOf('0\r\n\r\n', head + 2);
  return end < 0 ? null : end + 5;
}

/**
 * Sends requests over kept-alive connections, each the next as soon as it has an answer (a closed loop), and says how
 * long each took. Plain sockets: a client that parsed more would be slower than what it measures. Rejects for an answer
 * other than 2xx, with it.
 */
export async function drive({ url, requests, connections, ms }: Load): Promise<Driven> {
  const target = new URL(url);
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + ms;
  const connect = async (index: number): Promise<void> => {
    const request = requests[index % requests.length];
    if (!request) return;
    const bytes = render(target, request);
    const socket = net.connect(Number(target.port), target.hostname);
    socket.setNoDelay(true);
    socket.setTimeout(STALL_MS, () => socket.destroy(new Error(`${request.path} does not answer`)));
    try {
      await new Promise<void>((resolve, reject) => {
        let text = '';
        let sentAt = 0;
        const send = () => {
          sentAt = performance.now();
          socket.write(bytes);
        };
        socket.once('connect', send);
        socket.once('error', reject);
        socket.once('close', () => reject(new Error(`${request.path} closed the connection`)));
        // Bytes as characters, so that lengths agree.
        socket.setEncoding('latin1');
        socket.on('data', (chunk: string) => {
          text += chunk;
          const length = lengthOfReply(text);
          if (length === null) return;
          const now = performance.now();
          if (!text.startsWith('HTTP/1.1 2')) return reject(new Error(`${request.path}: ${text}`));
          latencies.push(now - sentAt);
          text = text.slice(length);
          return now < end ? send() : resolve();
        });
      });
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => connect(index)));
  return { latencies, ms: performance.now() - began };
}
