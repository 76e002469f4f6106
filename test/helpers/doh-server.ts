import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Addresses of a name, or what the service does instead of answering. */
export type DohEntry =
  { A?: string[]; AAAA?: string[]; ttl?: number } | ((response: http.ServerResponse) => void);

export interface DohServer {
  /** What `DOH_URL` is to be. */
  url: string;
  /** Every question so far, as `name type`. */
  questions: string[];
  close(): Promise<void>;
}

const RECORD_TYPES = { A: 1, AAAA: 28 };

/** A reply as Cloudflare's and Google's services give it. */
export function writeDohReply(response: http.ServerResponse, reply: object): void {
  response.writeHead(200, { 'content-type': 'application/dns-json' }).end(JSON.stringify(reply));
}

/** A DNS-over-HTTPS service of this machine that knows the names of `zone`, and that no others exist. */
export async function startDohServer(zone: Record<string, DohEntry>): Promise<DohServer> {
  const questions: string[] = [];
  const server = http.createServer((request, response) => {
    const question = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const name = question.get('name') ?? '';
    const type = question.get('type') === 'AAAA' ? 'AAAA' : 'A';
    questions.push(`${name} ${type}`);
    const entry = zone[name];
    if (typeof entry === 'function') return entry(response);
    if (request.headers.accept !== 'application/dns-json') return void response.writeHead(400).end();
    if (!entry) return writeDohReply(response, { Status: 3, TC: false, RD: true, RA: true });
    const Answer = (entry[type] ?? []).map((data) => ({
      name: `${name}.`,
      type: RECORD_TYPES[type],
      TTL: entry.ttl ?? 300,
      data,
    }));
    // No `Answer` when there is no record of that type.
    return writeDohReply(response, { Status: 0, TC: false, ...(Answer.length > 0 ? { Answer } : {}) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/dns-query`,
    questions,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
