import http, { type IncomingMessage, type ServerResponse } from 'node:http';

/** The modes whose answer depends on the request. */
export const REPLY_FAULTS = ['wrong-types', 'partial', 'unauthorized', 'out-of-memory'] as const;
type ReplyFault = (typeof REPLY_FAULTS)[number];

interface Reply {
  status: number;
  body: unknown;
}

interface Call {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Two elements, as the limiter's scripts answer with two numbers; no command answers with these. */
const WRONG_RESULT = { result: ['text', { of: true }] };
const WRONG_ROWS = { command: 1, rowCount: 'text', rowAsArray: 'text', fields: {}, rows: 'text' };
const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
/** Of the commands in use, those that Redis still runs when its memory is full. */
const NEEDS_NO_MEMORY = new Set(
  'get mget exists ttl pttl hget hmget hgetall smembers zrange zscore zcard scan ping time del unlink expire pexpire'.split(
    ' ',
  ),
);

const isSql = ({ path }: Call) => path.startsWith('/sql');
const isList = ({ path }: Call) => path === '/pipeline' || path === '/multi-exec';
const parse = ({ body }: Call): unknown => JSON.parse(body.toString('utf8'));
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function queriesOf(call: Call): unknown[] | null {
  const value = parse(call);
  return typeof value === 'object' && value !== null && 'queries' in value ? listOf(value.queries) : null;
}

/** What came of the call at the server itself. */
async function passOn(upstream: string, call: Call): Promise<Reply> {
  // The body has another length, and the connection is fetch's own.
  const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...rest } = call.headers;
  const headers = Object.entries(rest).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  );
  const response = await fetch(new URL(call.path, upstream), { method: 'POST', headers, body: call.body });
  return { status: response.status, body: await response.json() };
}

function wrongTypes(call: Call): Reply {
  if (isList(call)) return { status: 200, body: listOf(parse(call)).map(() => WRONG_RESULT) };
  if (!isSql(call)) return { status: 200, body: WRONG_RESULT };
  const queries = queriesOf(call);
  return { status: 200, body: queries ? { results: queries.map(() => WRONG_ROWS) } : WRONG_ROWS };
}

async function partial(upstream: string, call: Call): Promise<Reply> {
  const { status, body } = await passOn(upstream, call);
  const half = (list: unknown[]) => list.slice(0, Math.floor(list.length / 2));
  if (Array.isArray(body)) return { status, body: half(body) };
  if (typeof body === 'object' && body !== null && 'results' in body)
    return { status, body: { results: half(listOf(body.results)) } };
  return { status, body: {} };
}

function unauthorized(call: Call): Reply {
  if (!isSql(call)) return { status: 401, body: { error: 'WRONGPASS invalid or missing auth token' } };
  const message = "password authentication failed for user 'darkroom_app'";
  return { status: 400, body: { message, code: '28P01', severity: 'FATAL' } };
}

const isRefused = (command: unknown) => !NEEDS_NO_MEMORY.has(String(listOf(command)[0]).toLowerCase());

async function outOfMemory(upstream: string, call: Call): Promise<Reply> {
  if (isSql(call))
    return { status: 400, body: { message: 'out of memory', code: '53200', severity: 'ERROR' } };
  if (!isList(call))
    return isRefused(parse(call)) ? { status: 400, body: { error: OOM } } : await passOn(upstream, call);
  const commands = listOf(parse(call));
  const allowed = commands.filter((command) => !isRefused(command));
  if (call.path === '/multi-exec' && allowed.length < commands.length)
    return {
      status: 400,
      body: { error: 'EXECABORT Transaction discarded because of previous errors.' },
    };
  if (allowed.length === 0) return { status: 200, body: commands.map(() => ({ error: OOM })) };
  const { status, body } = await passOn(upstream, { ...call, body: Buffer.from(JSON.stringify(allowed)) });
  if (status !== 200) return { status, body };
  const answers = listOf(body).values();
  return {
    status,
    body: commands.map((command) => (isRefused(command) ? { error: OOM } : answers.next().value)),
  };
}

async function replyTo(fault: ReplyFault, upstream: string, call: Call): Promise<Reply> {
  switch (fault) {
    case 'wrong-types':
      return wrongTypes(call);
    case 'partial':
      return await partial(upstream, call);
    case 'unauthorized':
      return unauthorized(call);
    case 'out-of-memory':
      return await outOfMemory(upstream, call);
  }
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return { path: request.url ?? '/', headers: request.headers, body: Buffer.concat(chunks) };
}

async function answer(
  fault: ReplyFault,
  upstream: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const { status, body } = await replyTo(fault, upstream, await readCall(request));
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An HTTP server that listens nowhere: connections are given to it with `emit('connection', socket)`. */
export function createFaultServer(fault: ReplyFault, upstream: string): http.Server {
  return http.createServer((request, response) => {
    // What cannot be answered, a request that broke off for example, is one more broken connection.
    answer(fault, upstream, request, response).catch(() => request.socket.destroy());
  });
}
