import { neonConfig } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runBatch } from '../../../src/db/batch.ts';
import { type Database, guardDatabase } from '../../../src/db/guard.ts';
import { createQueries } from '../../../src/db/neon.ts';
import type { Caller } from '../../../src/resilience/caller.ts';
import { newCaller } from '../../helpers/caller.ts';
import { type RecordingServer, startRecordingServer } from '../../helpers/http-server.ts';

const URL_OF_ROLE = 'postgres://role:secret@127.0.0.1:5432/darkroom';
const ROWS = { results: [{ fields: [], rows: [], rowCount: 0, command: 'SELECT' }] };

let server: RecordingServer;
let caller: Caller;
let database: Database;
beforeAll(async () => {
  server = await startRecordingServer((_request, response) => response.end(JSON.stringify(ROWS)));
  neonConfig.fetchEndpoint = `${server.url}/sql`;
});
beforeEach(() => {
  server.heard.length = 0;
  server.brokenOff = 0;
  server.answer = (_request, response) => response.end(JSON.stringify(ROWS));
  caller = newCaller();
  database = open();
});
afterAll(async () => await server.close());

function open(more: Partial<Caller> = {}): Database {
  return guardDatabase('primary', server.url, async () => createQueries(URL_OF_ROLE, undefined), {
    ...caller,
    ...more,
  });
}

const ask = async (options: Partial<Parameters<typeof runBatch>[2]> = {}, on = database) =>
  await runBatch(on, [sql`select 1`], { deadline: 'read', ...options });

/** As Postgres says it, through the gateway. */
function refuseWith(code: string): void {
  server.answer = (_request, response) =>
    response.writeHead(400).end(JSON.stringify({ message: 'no', code }));
}

describe('a batch', () => {
  it('adds the request id and a span to what the client sends itself', async () => {
    await ask({ readOnly: true });
    expect(server.heard).toMatchObject([
      {
        'neon-connection-string': expect.stringContaining('role:secret@127.0.0.1:5432/darkroom'),
        'neon-batch-read-only': 'true',
        'x-request-id': caller.scope.requestId,
        traceparent: expect.stringContaining(caller.scope.trace.traceId),
      },
    ]);
    await ask({ requestId: 'of-a-message' });
    expect(server.heard[1]).toMatchObject({ 'x-request-id': 'of-a-message' });
  });

  it.each(['08006', '28P01', '53300', '57P01', '57P03'])(
    'opens the breaker of its endpoint by SQLSTATE %s, for whoever asks there',
    async (code) => {
      refuseWith(code);
      for (let nth = 0; nth < 5; nth++) await ask().catch(() => undefined);
      await expect(ask({}, open())).rejects.toMatchObject({
        code: 'unavailable',
        options: { retryAfter: 2 },
      });
      expect(server.heard).toHaveLength(5);
    },
  );

  it.each(['23505', '40001', '57014', '25006', 'DK001'])(
    'is an answer of Postgres with SQLSTATE %s, which opens nothing',
    async (code) => {
      refuseWith(code);
      for (let nth = 0; nth < 30; nth++) await ask().catch(() => undefined);
      expect(server.heard).toHaveLength(30);
    },
  );

  it('fails when not every statement was answered, which opens the breaker', async () => {
    const statements = [sql`select 1`, sql`select 2`];
    for (let nth = 0; nth < 5; nth++)
      await expect(runBatch(database, statements, { deadline: 'read' })).rejects.toMatchObject({
        code: 'unavailable',
      });
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.heard).toHaveLength(5);
  });

  it('opens the breaker when nobody answers, and each call is broken off', async () => {
    server.answer = () => undefined;
    for (let nth = 0; nth < 5; nth++) {
      await expect(ask({ deadline: 20 })).rejects.toMatchObject({ code: 'unavailable' });
    }
    await vi.waitFor(() => expect(server.brokenOff).toBe(5));
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.heard).toHaveLength(5);
  });

  it('that only looks whether the database serves asks past the breaker', async () => {
    refuseWith('08006');
    for (let nth = 0; nth < 5; nth++) await ask().catch(() => undefined);
    server.answer = (_request, response) => response.end(JSON.stringify(ROWS));
    await ask({ isProbe: true });
    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is broken off when whoever asked has gone, and says nothing about the database', async () => {
    const gone = new AbortController();
    server.answer = () => gone.abort();
    const mine = open({ scope: { ...caller.scope, signal: gone.signal } });
    await expect(ask({}, mine)).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(server.brokenOff).toBe(1));
    expect(caller.memory.states()).toMatchObject([{ calls: 0 }]);
  });
});
