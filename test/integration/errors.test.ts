import { describe, expect, it } from 'vitest';
import { createClient, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

/** A body in pieces of 64 KiB without a length, that counts how much of it was asked for. */
function chunkedBody(bytes: number): { stream: ReadableStream; sent: () => number } {
  let sent = 0;
  const stream = new ReadableStream(
    {
      pull(controller) {
        if (sent >= bytes) return controller.close();
        sent += 65_536;
        return controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, sent: () => sent };
}

describe('an address that does not exist', () => {
  it.each(['/v1/nothing', '/v1/projects/', '/v1', '/V1/projects', '/health', '/media', '/v1/%'])(
    'is 404: %s',
    async (path) => {
      expect(await problemOf(path)).toMatchObject({ status: 404, code: 'not_found', retryable: false });
    },
  );

  it.each([
    ['PUT', '/v1/projects', 'GET, HEAD, POST'],
    ['DELETE', '/v1/profile', 'GET, HEAD, PATCH'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['GET', '/v1/auth/sign-in', 'POST'],
    ['OPTIONS', '/v1/projects/x', 'DELETE, GET, HEAD, PATCH'],
    ['POST', '/v1/sessions/x', 'DELETE'],
    ['PUT', '/media/x', 'GET, HEAD'],
  ])('for %s of %s is 405 with what it does answer to', async (method, path, allow) => {
    const problem = await problemOf(path, { method });
    expect(problem).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(problem.headers.get('allow')).toBe(allow);
  });

  it('has no body for HEAD, but the same status and headers', async () => {
    const response = await createClient().send('/v1/profile', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([401, '']);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('a body', () => {
  it.each([
    ['POST', '/v1/auth/sign-in', MIB],
    ['PATCH', '/v1/profile', MIB],
    ['DELETE', '/v1/projects/x', MIB],
    ['PUT', '/v1/nothing', MIB],
    ['POST', '/v1/projects/x/jobs', 4 * MIB],
  ])('of %s %s that says it is too large is refused before a byte is read', async (method, path, limit) => {
    const { stream, sent } = chunkedBody(10 * MIB);
    const headers = { ...JSON_TYPE, 'content-length': String(limit + 1), 'idempotency-key': 'k' };
    // Lists of strangers are refused for that, also unread.
    expect(await problemOf(path, { method, raw: stream, headers }, await signUp())).toMatchObject({
      status: 413,
      code: 'payload_too_large',
      detail: `The limit is ${limit / MIB} MiB.`,
    });
    expect(sent()).toBe(0);
  });

  it.each([
    ['POST', '/v1/auth/sign-in', MIB],
    ['DELETE', '/v1/projects/x', MIB],
    ['POST', '/v1/projects/x/jobs', 4 * MIB],
  ])('of %s %s without a length is refused as soon as it passes the limit', async (method, path, limit) => {
    const { stream, sent } = chunkedBody(50 * MIB);
    const headers = { ...JSON_TYPE, 'idempotency-key': 'k' };
    const ada = await signUp();
    expect(await problemOf(path, { method, raw: stream, headers }, ada)).toMatchObject({ status: 413 });
    expect(sent()).toBeGreaterThan(limit);
    expect(sent()).toBeLessThan(limit + MIB);
  });

  it('without a length and within the limit is read', async () => {
    const { stream } = chunkedBody(MIB / 2);
    expect(await problemOf('/v1/auth/sign-in', { raw: stream, headers: JSON_TYPE })).toMatchObject({
      status: 400,
      errors: [{ path: 'body', message: 'is not valid JSON' }],
    });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/json ;charset=UTF-8',
    'json',
  ])('of the type %s is 415', async (type) => {
    const call = { raw: '{"email":"a","password":"b"}', headers: { 'content-type': type } };
    expect(await problemOf('/v1/auth/sign-in', call)).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON'])('of the type %s is JSON', async (type) => {
    const ada = await signUp();
    const response = await ada.send('/v1/projects', {
      raw: '{"name":"Birds"}',
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(201);
  });

  it.each(['', '{', '{"name":"x"}}', '{"name":}', '\u0000', '<name>x</name>', 'NaN'])(
    'that is no JSON is 400: %j',
    async (raw) => {
      const ada = await signUp();
      const problem = await problemOf('/v1/projects', { raw, headers: JSON_TYPE }, ada);
      expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(problem.errors?.[0]?.path).toMatch(/^body/);
    },
  );

  it('that is missing is 415 when it is announced as something else', async () => {
    const call = { method: 'POST', headers: { 'content-type': 'text/plain' } };
    expect(await problemOf('/v1/auth/sign-in', call)).toMatchObject({ status: 415 });
  });

  it('that is missing is 400, and one with a length of zero is no body at all', async () => {
    const ada = await signUp();
    expect(await problemOf('/v1/projects', { method: 'POST' }, ada)).toMatchObject({ status: 400 });
    const empty = { raw: '', headers: { 'content-length': '0' } };
    expect((await ada.send('/v1/auth/sign-out', empty)).status).toBe(204);
  });

  it('with fields nobody knows is 400 and says so', async () => {
    const ada = await signUp();
    const call = { body: { name: 'Birds', admin: true, __proto__: null, constructor: 1 } };
    const problem = await problemOf('/v1/projects', call, ada);
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'body' }] });
    expect(problem.detail).toContain('admin');
  });

  it('is answered briefly, however long what is wrong with it', async () => {
    const ada = await signUp();
    const unknown = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`${index}-`.repeat(20), 1]),
    );
    for (const body of [
      { name: 'Birds', ...unknown },
      { name: 'Birds', ['x'.repeat(500_000)]: 1 },
    ]) {
      const { detail, errors } = await problemOf('/v1/projects', { body }, ada);
      expect(errors?.[0]?.message).toMatch(/^Unrecognized key.{100,}…$/);
      expect(errors?.[0]?.message.length).toBe(200);
      expect(detail?.length).toBeLessThanOrEqual(500);
    }
    const urls = Array.from({ length: 200 }, () => 7);
    const many = await problemOf('/v1/auth/sign-up', { body: { email: urls, password: 1, name: 2 } });
    expect(many.detail?.length).toBeLessThanOrEqual(500);
  });
});

describe('the request id', () => {
  it.each(['a', 'A-b.c_9', 'x'.repeat(128)])('is the caller’s when it is harmless: %s', async (id) => {
    expect(await problemOf('/v1/profile', { headers: { 'x-request-id': id } })).toMatchObject({
      requestId: id,
    });
  });

  it.each(['', 'two words', 'x'.repeat(129), '<script>', '{"a":1}', 'a/b'])(
    'is a new one instead of %j',
    async (id) => {
      const problem = await problemOf('/v1/profile', { headers: { 'x-request-id': id } });
      expect(problem.requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    },
  );

  it('is on every reply, also on a good one', async () => {
    const response = await createClient().send('/health/live', { headers: { 'x-request-id': 'mine' } });
    expect(response.headers.get('x-request-id')).toBe('mine');
  });
});
