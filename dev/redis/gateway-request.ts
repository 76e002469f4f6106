import type { IncomingMessage } from 'node:http';
import { type Command, RedisError } from './reply.ts';

/** Largest request body in bytes. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** A request the gateway refuses before it reaches the engine. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Commands that would change or block the one connection all callers share. */
const REFUSED = new Set(
  (
    'auth hello reset quit select swapdb client multi exec discard watch unwatch subscribe psubscribe ssubscribe ' +
    'unsubscribe punsubscribe sunsubscribe monitor sync psync replicaof slaveof shutdown debug config wait waitaof ' +
    'blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop xread xreadgroup'
  ).split(' '),
);

/** Reads the whole body; rejects with 413 as soon as it is too large. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new RequestError(413, `ERR request body exceeds ${MAX_BODY_BYTES} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Events cost half of what asynchronous iteration does, and the Worker calls with every request.
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) reject(tooLarge());
    else chunks.push(chunk);
  });
  request.once('end', () => resolve(Buffer.concat(chunks)));
  request.once('error', reject);
  request.once('close', () => reject(new RequestError(400, 'ERR the body broke off')));
  return await promise;
}

const toBinary = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** JSON values become arguments as Upstash makes them: strings as UTF-8, objects as JSON. */
function toArgument(value: unknown): string {
  if (typeof value === 'string') return toBinary(value);
  return toBinary(JSON.stringify(value));
}

function toCommand(words: readonly string[]): Command {
  const [name, ...args] = words;
  if (name === undefined || name === '') throw new RequestError(400, 'ERR empty command');
  if (REFUSED.has(name.toLowerCase())) {
    throw new RedisError(`ERR Command is not available: '${name.slice(0, 128)}'`);
  }
  return { name, args };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new RequestError(400, `ERR failed to parse the body as JSON: ${String(cause)}`);
  }
}

function readCommand(value: unknown): Command {
  if (!Array.isArray(value)) throw new RequestError(400, 'ERR a command must be a JSON array');
  return toCommand(value.map(toArgument));
}

/** The body of `/`: one command as a JSON array. */
export function parseCommand(body: Buffer): Command {
  return readCommand(parseJson(body));
}

/** The body of `/pipeline` and `/multi-exec`: commands that can be sent, and the error of each that cannot. */
export function parseCommands(body: Buffer): (Command | RedisError)[] {
  const list = parseJson(body);
  if (!Array.isArray(list)) throw new RequestError(400, 'ERR the body must be a JSON array of commands');
  return list.map((item) => {
    try {
      return readCommand(item);
    } catch (error) {
      if (error instanceof RedisError) return error;
      throw error;
    }
  });
}

/** `/set/key/value?EX=10`: path segments, then the raw body when there is one, then the query as further words. */
export function parsePathCommand(url: URL, body: Buffer): Command {
  let segments: string[];
  try {
    segments = url.pathname.slice(1).split('/').map(decodeURIComponent);
  } catch (cause) {
    throw new RequestError(400, `ERR the path is not valid percent-encoding: ${String(cause)}`);
  }
  const words = segments.map(toBinary);
  if (body.length > 0) words.push(body.toString('latin1'));
  for (const [option, value] of url.searchParams) {
    words.push(toBinary(option));
    if (value !== '') words.push(toBinary(value));
  }
  return toCommand(words);
}
