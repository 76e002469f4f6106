import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pool, PoolClient, QueryArrayConfig } from 'pg';
import type { Pools } from './pools.ts';
import {
  beginStatement,
  GatewayError,
  readHeader,
  shapeError,
  shapeResult,
  SqlBody,
  type Query,
} from './protocol.ts';

export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * `DISCARD ALL` without `DISCARD PLANS`: the plans of functions hold nothing of a caller's, and to make those of the
 * larger ones anew takes longer than to run them.
 */
const CLEAN_UP = [
  'CLOSE ALL',
  'SET SESSION AUTHORIZATION DEFAULT',
  'RESET ALL',
  'DEALLOCATE ALL',
  'UNLISTEN *',
  'SELECT pg_advisory_unlock_all()',
  'DISCARD TEMP',
  'DISCARD SEQUENCES',
].join('; ');

const RAW_TEXT = { getTypeParser: () => (value: unknown) => value };

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(new GatewayError('the body is larger than 64 MB', 413));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('aborted', () => reject(new Error('the caller disconnected')));
  });
}

async function readBody(request: IncomingMessage): Promise<SqlBody> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    throw new GatewayError('the body is larger than 64 MB', 413);
  }
  const bytes = await readBytes(request);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new GatewayError('the body is not JSON');
  }
  const body = SqlBody.safeParse(json);
  if (!body.success) throw new GatewayError('the body is neither {query, params} nor {queries}');
  return body.data;
}

async function runQuery(client: PoolClient, { query, params }: Query, asArrays: boolean) {
  // The extended protocol allows one statement only, as Neon does, even without parameters.
  const config: QueryArrayConfig & { queryMode: 'extended' } = {
    text: query,
    values: params,
    rowMode: 'array',
    types: RAW_TEXT,
    queryMode: 'extended',
  };
  return shapeResult(await client.query<unknown[]>(config), asArrays);
}

async function runBatch(
  client: PoolClient,
  begin: string,
  queries: Query[],
  asArrays: boolean,
  gone: AbortSignal,
) {
  await client.query(begin);
  try {
    const results = [];
    for (const query of queries) {
      results.push(await runQuery(client, query, asArrays));
      gone.throwIfAborted();
    }
    await client.query('COMMIT');
    return { results };
  } catch (error) {
    // When the connection is broken Postgres rolls back by itself, and the connection is not used again.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/**
 * Lends a connection to `work` and gives it back without the settings, locks and temporary tables that the work left
 * on it. A connection that cannot be cleaned, for example inside a transaction, is closed. When the caller disconnects
 * the connection is closed at once, which ends the statement that is running on it and rolls back.
 */
async function withConnection(
  pool: Pool,
  gone: AbortSignal,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let isReleased = false;
  const close = () => {
    if (!isReleased) client.release(true);
    isReleased = true;
  };
  if (gone.aborted) {
    close();
    return;
  }
  gone.addEventListener('abort', close, { once: true });
  try {
    await work(client);
  } finally {
    try {
      await client.query(CLEAN_UP);
      gone.removeEventListener('abort', close);
      if (client.getTransactionStatus() !== 'I') close();
      else if (!isReleased) client.release();
    } catch {
      close();
    }
  }
}

/**
 * Answers `POST /sql` as Neon's proxy does. A batch is one transaction: it is rolled back when a query fails, and
 * when the caller disconnects before its end.
 */
export async function answerSql(
  pools: Pools,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the caller disconnected'));
  });
  try {
    const body = await readBody(request);
    const asArrays = readHeader(request.headers, 'neon-array-mode') === 'true';
    const begin = beginStatement(request.headers);
    const pool = pools.get(readHeader(request.headers, 'neon-connection-string'));
    await withConnection(pool, gone.signal, async (client) => {
      try {
        const answer =
          'queries' in body
            ? await runBatch(client, begin, body.queries, asArrays, gone.signal)
            : await runQuery(client, body, asArrays);
        sendJson(response, 200, answer);
      } catch (error) {
        sendError(response, error);
      }
    });
  } catch (error) {
    sendError(response, error);
  }
}

function sendError(response: ServerResponse, error: unknown): void {
  const { status, body } = shapeError(error);
  // The rest of a body that is too large is not read, so this connection cannot carry another request.
  if (status === 413 && !response.headersSent) response.setHeader('connection', 'close');
  sendJson(response, status, body);
}

/** Sends JSON, unless an answer was sent before or the caller has gone. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}
