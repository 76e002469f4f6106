import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

const Statement = z.object({ query: z.string(), params: z.array(z.unknown()).default([]) });
const Body = z.union([z.object({ queries: z.array(Statement) }), Statement]);
/** What fetch sets itself, and what is of one connection. */
const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** What one call asked of Postgres, and of which server. */
export interface Call {
  port: number;
  statements: z.infer<typeof Statement>[];
}

export interface Recorder {
  url: string;
  /** The calls since it was last asked. */
  take(): Call[];
  close(): Promise<void>;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Stands before the Neon gateway and notes the statements that the Worker sends, as it sends them. */
export async function startRecorder(upstream: string): Promise<Recorder> {
  let calls: Call[] = [];

  async function passOn(request: IncomingMessage): Promise<{ status: number; body: Buffer }> {
    const body = await readBody(request);
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      OWN_HEADERS.has(name) || typeof value !== 'string' ? [] : [[name, value] as [string, string]],
    );
    const target = request.headers['neon-connection-string'];
    const asked = Body.parse(JSON.parse(body.toString('utf8')));
    calls.push({
      port: Number(new URL(typeof target === 'string' ? target : '').port),
      statements: 'queries' in asked ? asked.queries : [asked],
    });
    const response = await fetch(new URL(request.url ?? '/', upstream), { method: 'POST', headers, body });
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  }

  const server = http.createServer((request, response) => {
    passOn(request).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => request.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
