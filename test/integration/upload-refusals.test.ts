import { beforeEach, describe, expect, it } from 'vitest';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { media, query } from '../helpers/crawl.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { countedBody, imageCountOf, picture, sha256Of, upload, uploadCall } from '../helpers/uploads.ts';

const MIB = 1024 * 1024;

let ada: Person;
let project: string;

beforeEach(async () => {
  ada = await signUp();
  project = await createProject(ada);
});

describe('a file that cannot be used', () => {
  const encode = (text: string) => new TextEncoder().encode(text);

  it.each<[string, string, () => Promise<Uint8Array<ArrayBuffer>> | Uint8Array]>([
    ['a web page', 'not_image', async () => await picture('/page.jpg')],
    ['nothing', 'not_image', () => new Uint8Array(0)],
    ['zeros', 'not_image', () => new Uint8Array(5_000)],
    ['a picture that was cut off', 'corrupt', async () => (await picture()).slice(0, -400)],
    ['a PNG that was cut off', 'corrupt', async () => (await picture('/tiny.png')).slice(0, -12)],
    [
      'a PNG with a page behind it',
      'corrupt',
      async () => new Uint8Array([...(await picture('/tiny.png')), 60]),
    ],
    ['a TIFF', 'format', () => encode('II*\0\b\0\0\0')],
    [
      'an SVG with a script',
      'format',
      () => encode('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    ],
  ])('is refused with the reason, and leaves nothing behind: %s is %s', async (_what, reason, make) => {
    const bytes = new Uint8Array(await make());
    const path = `/v1/projects/${project}/images`;
    const problem = await problemOf(path, { method: 'POST', ...uploadCall(bytes) }, ada);
    expect(problem).toMatchObject({ status: 422, code: 'unusable_image', retryable: false });
    expect(problem.errors).toEqual([{ path: 'body', message: `${reason}: ${problem.detail}` }]);
    expect(await media.head(`original/${await sha256Of(bytes)}`)).toBeNull();
    expect(await imageCountOf(ada, project)).toBe(0);
  });

  it('is 422 when it has no body at all', async () => {
    const path = `/v1/projects/${project}/images`;
    expect(await problemOf(path, { method: 'POST' }, ada)).toMatchObject({ code: 'unusable_image' });
  });

  it('is refused before a byte is read when it says it is over 10 MiB', async () => {
    const { stream, sent } = countedBody(50 * MIB);
    const headers = { 'content-length': String(10 * MIB + 1) };
    const problem = await problemOf(`/v1/projects/${project}/images`, uploadCall(stream, headers), ada);
    expect(problem).toMatchObject({ status: 413, code: 'payload_too_large', detail: 'The limit is 10 MiB.' });
    expect(sent()).toBe(0);
  });

  it('is refused as soon as the count passes 10 MiB when it does not say how long it is', async () => {
    const { stream, sent } = countedBody(50 * MIB);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const problem = await problemOf(`/v1/projects/${project}/images`, uploadCall(stream, headers), ada);
    expect(problem).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect(sent()).toBeGreaterThan(10 * MIB);
    expect(sent()).toBeLessThan(11 * MIB);
  });

  it('is read to the end when it is 10 MiB long, and judged by its bytes', async () => {
    const { stream, sent } = countedBody(10 * MIB);
    const problem = await problemOf(`/v1/projects/${project}/images`, uploadCall(stream), ada);
    expect(problem).toMatchObject({ status: 422, errors: [{ path: 'body' }] });
    expect(sent()).toBe(10 * MIB);
  });

  it('is 400 when it breaks off on the way', async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(100));
      },
      pull(controller) {
        controller.error(new Error('gone'));
      },
    });
    const problem = await problemOf(`/v1/projects/${project}/images`, uploadCall(stream), ada);
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'body', message: 'broke off' }] });
  });

  it.each([
    'multipart/form-data; boundary=x',
    'application/json',
    'text/plain',
    'image/',
    'image/a/b',
    'images/png',
    '',
  ])('is 415 when its type is %j', async (type) => {
    const bytes = await picture();
    const call = uploadCall(bytes, { 'content-type': type });
    const problem = await problemOf(`/v1/projects/${project}/images`, call, ada);
    expect(problem).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    expect(problem.detail).toContain('Multipart forms are not supported');
  });

  it.each(['x'.repeat(256), 'a\u0000b', ' ', 'a\u007f'])(
    'is 400 when its name cannot be kept: %j',
    async (name) => {
      const path = `/v1/projects/${project}/images?fileName=${encodeURIComponent(name)}`;
      const problem = await problemOf(path, uploadCall(await picture()), ada);
      expect(problem).toMatchObject({ status: 400, errors: [{ path: 'query.fileName' }] });
      expect(await imageCountOf(ada, project)).toBe(0);
    },
  );
});

describe('more files at once than an isolate has room for', () => {
  it('are refused for a moment, and the others are not', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const slowBody = () =>
      new ReadableStream({
        async pull(controller) {
          await gate;
          controller.enqueue(new Uint8Array(10));
          controller.close();
        },
      });
    // Four are read, sixteen wait, and there is no room for one more.
    const replies = Array.from({ length: 21 }, async () => await upload(ada, project, slowBody()));
    const first = await Promise.race(replies);
    open();
    expect(first).toMatchObject({ status: 503, body: { code: 'unavailable', retryable: true } });
    expect(first.headers.get('retry-after')).toBe('5');
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    const refused = statuses.filter((status) => status === 503);
    expect(statuses.filter((status) => status === 422)).toHaveLength(21 - refused.length);
    // An upload that another test has left may still have its place.
    expect(refused.length).toBeLessThanOrEqual(5);
  });
});

describe('while a store is down', () => {
  /** Bindings are variables to the Worker. */
  function bindingsWith(bucket: object): Record<string, string> {
    return { MEDIA: bucket } as unknown as Record<string, string>;
  }

  it('nothing half written is to be seen of an upload that R2 did not take', async () => {
    const down = { put: async () => await Promise.reject(new Error('R2 is down')) };
    const call = { ...uploadCall(await picture()), variables: bindingsWith(down) };
    const problem = await problemOf(`/v1/projects/${project}/images`, call, ada);
    expect(problem).toMatchObject({ status: 503, code: 'unavailable', retryable: true });
    expect(problem.headers.get('retry-after')).toBe('5');
    expect(await imageCountOf(ada, project)).toBe(0);
  });

  it('an upload that lost the answer of the database is added once when it is repeated', async () => {
    const neon = await openFaultyStore('neon');
    const bytes = await picture();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const losing = {
      put: async (key: string, ...rest: [Uint8Array, R2PutOptions]) => {
        await neon.set('lose-reply');
        return await media.put(key, ...rest);
      },
    };
    const variables = { ...bindingsWith(losing), ...neon.variables };
    const path = `/v1/projects/${project}/images`;
    const lost = await problemOf(path, { ...uploadCall(bytes, headers), variables }, ada);
    expect(lost).toMatchObject({ status: 503, code: 'unavailable' });
    const again = await upload(ada, project, bytes, { headers });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await imageCountOf(ada, project)).toBe(1);
  });
});

describe('bytes that the sweep has taken', () => {
  async function mark(sha256: string, isRemoved: boolean): Promise<void> {
    await query(
      `insert into blob_sweeps (sha256, released_at, marked_at, removed_at)
       values (decode($1, 'hex'), now() - interval '2 days', now(), case when $2 then now() end)`,
      [sha256, isRemoved],
    );
  }

  it('are stored again when they are sent again', async () => {
    const bytes = await picture();
    const sha256 = await sha256Of(bytes);
    await mark(sha256, true);
    const reply = await upload(ada, project, bytes);
    expect(reply).toMatchObject({ status: 201, body: { duplicate: false } });
    expect(await imageCountOf(ada, project)).toBe(1);
    expect(
      await query(`select marked_at from blob_sweeps where sha256 = decode($1, 'hex')`, [sha256]),
    ).toEqual([{ marked_at: null }]);
    const served = await createClient().send(reply.body.url);
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes);
  });

  it('are a conflict that passes while they are being taken', async () => {
    const bytes = await picture();
    await mark(await sha256Of(bytes), false);
    const problem = await problemOf(`/v1/projects/${project}/images`, uploadCall(bytes), ada);
    expect(problem).toMatchObject({ status: 409, code: 'conflict', retryable: true });
    expect(problem.headers.get('retry-after')).toBe('5');
    expect(await imageCountOf(ada, project)).toBe(0);
  });
});
