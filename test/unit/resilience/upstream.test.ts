import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/errors/app-error.ts';
import { BreakerOpenError } from '../../../src/resilience/breaker.ts';
import type { Caller } from '../../../src/resilience/caller.ts';
import { type Upstream, upstream } from '../../../src/resilience/upstream.ts';
import { newCaller } from '../../helpers/caller.ts';
import { type RecordingServer, startRecordingServer } from '../../helpers/http-server.ts';

let server: RecordingServer;
let caller: Caller;
beforeAll(async () => {
  server = await startRecordingServer((_request, response) => response.end());
});
beforeEach(() => {
  server.heard.length = 0;
  server.brokenOff = 0;
  server.answer = (_request, response) => response.end('hello');
  caller = newCaller();
});
afterAll(async () => await server.close());

/** Without a pause between tries. */
const open = (more: Partial<Parameters<typeof upstream>[1]> = {}): Upstream =>
  upstream('service', {
    ...caller,
    settings: { ...caller.settings, retries: { ...caller.settings.retries, baseMs: 1 } },
    deadlineMs: 5_000,
    retries: 2,
    address: server.url,
    ...more,
  });
const text = async (response: Response) => await response.text();

/** Answers these statuses one after another, the last one for ever. */
function answerWith(...statuses: number[]): void {
  server.answer = (_request, response) => {
    const status = statuses.length > 1 ? statuses.shift() : statuses[0];
    response.writeHead(status ?? 200).end('x'.repeat(100_000));
  };
}

describe('a call of a service of ours', () => {
  it('carries the request id and a span of its own, whatever else it says', async () => {
    const service = open();
    await service.call(server.url, { headers: { accept: 'a/b', 'x-request-id': 'other' } }, text);
    await service.call(server.url, {}, text);
    const [first, second] = server.heard;
    expect(first).toMatchObject({ accept: 'a/b', 'x-request-id': caller.scope.requestId });
    expect(first?.['traceparent']).toContain(caller.scope.trace.traceId);
    expect(second?.['traceparent']).toContain(caller.scope.trace.traceId);
    expect(first?.['traceparent']).not.toBe(second?.['traceparent']);
  });

  it('is repeated while the service is in trouble, when that is safe', async () => {
    answerWith(500, 429, 200);
    expect(await open().call(server.url, {}, async ({ status }) => status)).toBe(200);
    expect(server.heard).toHaveLength(3);
    answerWith(500, 200);
    await expect(open().call(server.url, { method: 'POST' }, text)).rejects.toThrow(AppError);
    expect(server.heard).toHaveLength(4);
    answerWith(500, 200);
    await open().call(server.url, { method: 'POST', isRepeatable: true }, text);
    expect(server.heard).toHaveLength(6);
  });

  it('hands every other answer on, errors of the caller among them', async () => {
    answerWith(404);
    expect(await open().call(server.url, {}, async ({ status }) => status)).toBe(404);
    const refuse = async () => await Promise.reject(new AppError('invalid_request', 'not like this'));
    await expect(open().call(server.url, {}, refuse)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(caller.memory.states()).toMatchObject([{ faults: 0 }]);
  });

  it('is `unavailable` when it fails, after as many seconds as the service asks for', async () => {
    server.answer = (_request, response) => response.writeHead(503, { 'retry-after': '7' }).end();
    await expect(open().call(server.url, {}, text)).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfter: 7 },
    });
    // The deadline comes before.
    expect(server.heard).toHaveLength(1);
  });

  it('is really broken off at its deadline, also while the answer is read', async () => {
    server.answer = (_request, response) => void response.writeHead(200).write('beginning');
    const late = open({ deadlineMs: 100, retries: 0 });
    await expect(late.call(server.url, {}, text)).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(server.brokenOff).toBe(1));
    expect(caller.memory.states()).toMatchObject([{ faults: 1, lastFault: 'DeadlineError' }]);
  });

  it('is broken off when whoever asked has gone, which says nothing about the service', async () => {
    const gone = new AbortController();
    server.answer = () => gone.abort();
    const scope = { ...caller.scope, signal: gone.signal };
    await expect(open({ scope }).call(server.url, {}, text)).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(server.brokenOff).toBe(1));
    expect(server.heard).toHaveLength(1);
    expect(caller.memory.states()).toMatchObject([{ calls: 0 }]);
  });

  it('lets go of an answer that nobody reads', async () => {
    const cancelled = vi.fn<() => void>();
    const send = async () => new Response(new ReadableStream({ cancel: cancelled }), { status: 502 });
    await expect(open({ send, retries: 0 }).call(server.url, {}, text)).rejects.toThrow(AppError);
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it('is not made at all once it has failed too often, until the pause is over', async () => {
    answerWith(500);
    for (let nth = 0; nth < 5; nth++)
      await open({ retries: 0 })
        .call(server.url, {}, text)
        .catch(() => 0);
    await expect(open().call(server.url, {}, text)).rejects.toMatchObject({
      code: 'unavailable',
      options: { retryAfter: 2 },
    });
    expect(server.heard).toHaveLength(5);
  });

  it('is made all the same to find out whether the service answers, which opens and closes nothing', async () => {
    answerWith(500);
    const service = open({ retries: 0 });
    const find = async () => await service.call(server.url, { isProbe: true }, text);
    for (let count = 0; count < 6; count++) await expect(find()).rejects.toThrow();
    expect(server.heard).toHaveLength(6);
    for (let count = 0; count < 6; count++)
      await expect(service.call(server.url, {}, text)).rejects.toThrow();
    expect(server.heard).toHaveLength(11);
    answerWith(200);
    expect(await find()).toHaveLength(100_000);
    await expect(service.call(server.url, {}, text)).rejects.toMatchObject({
      cause: expect.any(BreakerOpenError),
    });
  });

  it('is logged with what and who when it is slow', async () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await open({ settings: { ...caller.settings, slowMs: 0 } }).call(server.url, {}, text);
    const [line] = warned.mock.calls.flat();
    warned.mockRestore();
    const { requestId, trace } = caller.scope;
    expect(JSON.parse(String(line))).toMatchObject({
      event: 'slow_operation',
      what: 'service',
      durationMs: expect.any(Number),
      requestId,
      traceId: trace.traceId,
      route: 'test',
    });
  });
});
