import { describe, expect, it } from 'vitest';
import { createClient } from '../../../console/src/api/client.ts';
import { isText, shape } from '../../../console/src/api/shape.ts';

const isThing = shape({ id: isText });

function reply(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

/** A client whose server gives the listed answers in order; an Error stands for a dead network. */
function clientWith(answers: (Response | Error)[]) {
  const calls: { url: string; headers: Headers; method: string | undefined }[] = [];
  const waits: number[] = [];
  let keys = 0;
  let signedOut = 0;
  const client = createClient({
    fetch: (url, init) => {
      calls.push({ url, headers: new Headers(init.headers), method: init.method });
      const answer = answers.shift() ?? new Error('no more answers');
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    newKey: () => {
      keys += 1;
      return `key-${keys}`;
    },
    onUnauthenticated: () => {
      signedOut += 1;
    },
  });
  return { client, calls, waits, signedOut: () => signedOut };
}

describe('the API client', () => {
  it('returns a reply of the agreed shape', async () => {
    const { client, calls } = clientWith([reply(200, { id: 'x', extra: 1 })]);
    expect(await client.read('/v1/thing', isThing)).toEqual({ id: 'x', extra: 1 });
    expect(calls[0]?.headers.has('idempotency-key')).toBe(false);
  });

  it('refuses a reply of another shape and keeps its request id', async () => {
    const { client } = clientWith([reply(200, { id: 5 }, { 'x-request-id': 'req_9' })]);
    await expect(client.read('/v1/thing', isThing)).rejects.toMatchObject({
      problem: { code: 'unreadable', requestId: 'req_9' },
    });
  });

  it('repeats a write whose answer was lost with the same idempotency key', async () => {
    const { client, calls } = clientWith([new TypeError('network'), reply(201, { id: 'x' })]);
    await client.read('/v1/thing', isThing, { method: 'POST', body: { a: 1 } });
    expect(calls.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['key-1', 'key-1']);
    expect(calls[0]?.headers.get('content-type')).toBe('application/json');
  });

  it('sends the latest bookmark it knows, of replies that came in any order and of what it was told', async () => {
    const marked = (bookmark: string) => reply(200, { id: 'x' }, { 'darkroom-bookmark': bookmark });
    const { client, calls } = clientWith([
      ...[marked('1.12'), marked('1.9'), marked('none'), reply(200, { id: 'x' }), reply(200, { id: 'x' })],
      reply(200, { id: 'x' }),
    ]);
    await Promise.all([1, 2].map(async () => await client.read('/v1/thing', isThing)));
    for (let call = 0; call < 2; call++) await client.read('/v1/thing', isThing);
    client.see('1.100');
    client.see('1.99');
    await client.read('/v1/thing', isThing);
    client.see('2.1');
    await client.read('/v1/thing', isThing);
    expect(calls.map(({ headers }) => headers.get('darkroom-bookmark'))).toEqual([
      ...[null, null, '1.12', '1.12', '1.100', '2.1'],
    ]);
  });

  it('takes a lower bookmark than it sent for the right one, also of replies that come one after the other', async () => {
    const marked = (bookmark: string) => reply(200, { id: 'x' }, { 'darkroom-bookmark': bookmark });
    const { client, calls } = clientWith([
      ...[marked('1.5'), marked('1.7'), marked('1.6'), marked('1.9'), reply(200, { id: 'x' })],
    ]);
    client.see('1.900');
    await Promise.all([1, 2, 3].map(async () => await client.read('/v1/thing', isThing)));
    await client.read('/v1/thing', isThing);
    await client.read('/v1/thing', isThing);
    expect(calls.map(({ headers }) => headers.get('darkroom-bookmark'))).toEqual([
      ...['1.900', '1.900', '1.900', '1.7', '1.9'],
    ]);
  });

  it('gives two writes two keys', async () => {
    const { client, calls } = clientWith([reply(204, null), reply(204, null)]);
    await client.send('/v1/thing', { method: 'DELETE' });
    await client.send('/v1/thing', { method: 'DELETE' });
    expect(calls.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['key-1', 'key-2']);
  });

  it('tries a retryable answer once more and then gives up', async () => {
    const down = () => reply(503, { code: 'unavailable', retryable: true });
    const { client, calls, waits } = clientWith([down(), down(), down()]);
    await expect(client.read('/v1/thing', isThing)).rejects.toMatchObject({
      problem: { code: 'unavailable' },
    });
    expect(calls).toHaveLength(2);
    expect(waits).toHaveLength(1);
  });

  it.each([
    [400, { code: 'invalid_request', retryable: false }],
    [429, { code: 'rate_limited', retryable: true }],
  ])('does not repeat a %i', async (status, body) => {
    const { client, calls } = clientWith([reply(status, body)]);
    await expect(client.read('/v1/thing', isThing)).rejects.toMatchObject({ problem: { code: body.code } });
    expect(calls).toHaveLength(1);
  });

  it('reports a session that is gone, but not a wrong password', async () => {
    const { client, signedOut } = clientWith([
      reply(401, { code: 'invalid_credentials' }),
      reply(401, { code: 'unauthenticated' }),
    ]);
    await expect(client.read('/v1/a', isThing)).rejects.toThrow();
    expect(signedOut()).toBe(0);
    await expect(client.read('/v1/b', isThing)).rejects.toThrow();
    expect(signedOut()).toBe(1);
  });

  it('lets a caller that has left abort without a retry', async () => {
    const abort = new AbortController();
    abort.abort();
    const { client, calls } = clientWith([new DOMException('gone', 'AbortError')]);
    await expect(client.read('/v1/a', isThing, { signal: abort.signal })).rejects.toThrow('gone');
    expect(calls).toHaveLength(1);
  });
});
