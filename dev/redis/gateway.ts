import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { refuseCaller } from '../local-caller.ts';
import { type Engine, EXEC_ABORT } from './engine.ts';
import { parseCommand, parseCommands, parsePathCommand, readBody, RequestError } from './gateway-request.ts';
import { type Command, RedisError, type Reply, Status } from './reply.ts';

const LOOPBACK_HOSTS = ['127.0.0.1', '::1', 'localhost'];

export interface GatewayOptions {
  engine: Engine;
  /** The bearer token every request must carry. */
  token: string;
  /** 0, the default, takes a free port. */
  port?: number;
  /** Loopback only; 127.0.0.1 by default. */
  host?: string;
}

export interface Gateway {
  url: string;
  port: number;
  /** Stops listening and drops open connections; the engine stays open, it belongs to the caller. */
  close(): Promise<void>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Hashes make both sides equally long, so that the comparison takes the same time for every guess. */
function isAuthorized(request: IncomingMessage, expected: Buffer): boolean {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(sha256(given), expected);
}

/** Upstash leaves OK plain even when the caller asked for base64, and its client relies on that. */
function toJson(reply: Reply, encoding: BufferEncoding): unknown {
  if (reply === null || typeof reply === 'number') return reply;
  if (typeof reply === 'bigint') return Number(reply);
  if (Array.isArray(reply)) return reply.map((item) => toJson(item, encoding));
  if (reply instanceof RedisError) return reply.message;
  const text = reply instanceof Status ? reply.text : reply;
  return text === 'OK' ? text : Buffer.from(text, 'latin1').toString(encoding);
}

function toResult(reply: Reply, encoding: BufferEncoding): { result: unknown } | { error: string } {
  return reply instanceof RedisError ? { error: reply.message } : { result: toJson(reply, encoding) };
}

function isCommand(item: Command | RedisError): item is Command {
  return !(item instanceof RedisError);
}

/** A refused command fails alone; the others of the pipeline run. */
async function runPipeline(engine: Engine, items: readonly (Command | RedisError)[]): Promise<Reply[]> {
  const replies = await engine.run(items.filter(isCommand));
  let next = 0;
  return items.map((item) => (isCommand(item) ? (replies[next++] ?? null) : item));
}

async function runTransaction(engine: Engine, items: readonly (Command | RedisError)[]): Promise<Reply[]> {
  if (!items.every(isCommand)) throw new RedisError(EXEC_ABORT);
  return await engine.transact(items);
}

async function answer(engine: Engine, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://gateway');
  const body = await readBody(request);
  const encoding = request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'utf8';
  if (url.pathname === '/pipeline' || url.pathname === '/multi-exec') {
    const run = url.pathname === '/pipeline' ? runPipeline : runTransaction;
    const replies = await run(engine, parseCommands(body));
    return replies.map((reply) => toResult(reply, encoding));
  }
  const command = url.pathname === '/' ? parseCommand(body) : parsePathCommand(url, body);
  const [reply = null] = await engine.run([command]);
  if (reply instanceof RedisError) throw reply;
  return toResult(reply, encoding);
}

function statusOf(error: unknown): number {
  if (error instanceof RequestError) return error.status;
  return error instanceof RedisError ? 400 : 502;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    // What is left of a body that was too large must not be read as the next request.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/**
 * Serves Upstash's REST protocol over an engine: `/`, `/pipeline`, `/multi-exec` and path-style commands. Replies 403
 * to web pages and under a name that is not loopback, 401 without the token, 400 for a Redis error of a single command or a bad request, 413 for a body over 32 MB, 502 when the
 * engine cannot be reached; errors are `{error}`. Rejects for a host that is not loopback.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { engine, token, port = 0, host = '127.0.0.1' } = options;
  if (!LOOPBACK_HOSTS.includes(host))
    throw new Error(`the local gateway binds to loopback only, not ${host}`);
  if (token === '') throw new Error('the local gateway needs a token');
  const expected = sha256(token);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refuseCaller(request);
    if (refusal !== null) {
      send(response, 403, { error: `ERR ${refusal}` });
      return;
    }
    if (!isAuthorized(request, expected)) {
      send(response, 401, { error: 'WRONGPASS invalid or missing auth token' });
      return;
    }
    try {
      send(response, 200, await answer(engine, request));
    } catch (error) {
      send(response, statusOf(error), { error: error instanceof Error ? error.message : String(error) });
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gateway has no TCP address');
  const shownHost = host === '::1' ? '[::1]' : host;
  return {
    url: `http://${shownHost}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
