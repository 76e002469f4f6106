import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { picture, uploadCall } from '../helpers/uploads.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

const within = (requests: object) => ({ SETTINGS: JSON.stringify({ requests }) });

/** A body whose sender stops after a byte, and whether it was given up. */
function stalledBody(): { stream: ReadableStream; isGivenUp: () => boolean } {
  let isGivenUp = false;
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{'));
    },
    cancel() {
      isGivenUp = true;
    },
  });
  return { stream, isGivenUp: () => isGivenUp };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a body whose sender stops', () => {
  it.each<[string, string, Record<string, string>]>([
    ['without a length', 'POST', {}],
    ['of a known length', 'POST', { 'content-length': '4' }],
    ['that says it is empty and is not', 'POST', { 'content-length': '0', 'transfer-encoding': 'chunked' }],
    ['under a key', 'POST', { 'idempotency-key': 'slow' }],
    ['that nobody asked for', 'DELETE', {}],
  ])('%s is 408 after its time, and no error of ours', async (_, method, headers) => {
    const logged = vi.spyOn(console, 'info').mockImplementation(() => undefined);
    const failed = vi.spyOn(console, 'error');
    const { stream, isGivenUp } = stalledBody();
    const problem = await problemOf('/v1/projects', {
      method,
      raw: stream,
      headers: { ...JSON_TYPE, ...headers },
      variables: within({ bodyMs: 50 }),
    });
    expect(problem).toMatchObject({
      status: 408,
      code: 'request_timeout',
      title: 'The request did not arrive in time',
      detail: 'The body did not arrive within 0.05 s.',
      retryable: true,
    });
    expect(isGivenUp()).toBe(true);
    const said = logged.mock.calls.flat().map((line): unknown => JSON.parse(String(line)));
    expect(said).toContainEqual(
      expect.objectContaining({ event: 'request', status: 408, code: 'request_timeout' }),
    );
    expect(failed).not.toHaveBeenCalled();
  });

  it('is 408 as well when the time of the request ends first', async () => {
    const variables = within({ bodyMs: 5_000, writeMs: 200 });
    const call = { raw: stalledBody().stream, headers: JSON_TYPE, variables };
    expect(await problemOf('/v1/projects', call)).toMatchObject({ status: 408, code: 'request_timeout' });
  });
});

describe('a body that has the time of its request', () => {
  let ada: Person;
  let project: string;

  beforeEach(async () => {
    ada = await signUp();
    project = await createProject(ada);
  });

  it('is 408 when it is a list whose sender stops', async () => {
    const variables = within({ bodyMs: 50, writeMs: 1_500 });
    const call = { raw: stalledBody().stream, headers: JSON_TYPE, variables };
    expect(await problemOf(`/v1/projects/${project}/jobs`, call, ada)).toMatchObject({
      status: 408,
      code: 'request_timeout',
      detail: 'The body did not arrive in time.',
    });
  });

  it('is 408 when it is an image whose sender stops', async () => {
    const call = { ...uploadCall(stalledBody().stream), variables: within({ bodyMs: 50, uploadMs: 1_500 }) };
    expect(await problemOf(`/v1/projects/${project}/images`, call, ada)).toMatchObject({
      status: 408,
      code: 'request_timeout',
      detail: 'The body did not arrive in time.',
    });
  });

  it('is not at fault when it has arrived and a store keeps the request waiting', async () => {
    const { promise: never } = Promise.withResolvers<never>();
    const silent = { put: async () => await never };
    // Bindings are variables to the Worker.
    const bindings = { MEDIA: silent } as unknown as Record<string, string>;
    const call = {
      ...uploadCall(await picture()),
      variables: { ...bindings, ...within({ uploadMs: 1_500 }) },
    };
    expect(await problemOf(`/v1/projects/${project}/images`, call, ada)).toMatchObject({
      status: 503,
      code: 'unavailable',
      detail: 'It took too long.',
    });
  });
});
