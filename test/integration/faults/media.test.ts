import { beforeAll, describe, expect, it } from 'vitest';
import { createClient, createProject, type Person, signUp } from '../../helpers/client.ts';
import { problemOf } from '../../helpers/problem.ts';
import { imageCountOf, picture, type Upload, upload, uploadCall } from '../../helpers/uploads.ts';

const refuse = async () => await Promise.reject(new Error('R2 is down'));
const hang = async () => await new Promise<never>(() => undefined);
/** R2 is reached by a binding, not by a socket. */
const BUCKETS = { refuses: refuse, 'never answers': hang };
const SETTINGS = JSON.stringify({ deadlines: { mediaReadMs: 200, mediaWriteMs: 200 } });

describe.each(Object.entries(BUCKETS))('with an R2 that %s', (_, fail) => {
  let ada: Person;
  let project: string;
  let image: Upload;
  /** Bindings are variables to the Worker. */
  const variables = {
    MEDIA: { get: fail, head: fail, put: fail, list: fail, delete: fail },
    SETTINGS,
  } as unknown as Record<string, string>;

  beforeAll(async () => {
    ada = await signUp();
    project = await createProject(ada);
    image = (await upload(ada, project, await picture())).body;
  });

  it('what is known of images is read and changed', async () => {
    expect((await ada.call(`/v1/projects/${project}`, { variables })).status).toBe(200);
    const listed = await ada.call<{ data: { id: string }[] }>(`/v1/projects/${project}/images`, {
      variables,
    });
    expect([listed.status, listed.body.data.map(({ id }) => id)]).toEqual([200, [image.id]]);
    const change = { method: 'PATCH', body: { name: 'After' }, variables };
    expect((await ada.call(`/v1/projects/${project}`, change)).status).toBe(200);
  });

  it('bytes are refused for a moment, both ways, and nothing of an upload is to be seen', async () => {
    const serving = await problemOf(image.url, { variables }, createClient());
    const path = `/v1/projects/${project}/images`;
    const storing = await problemOf(path, { ...uploadCall(await picture()), variables }, ada);
    for (const problem of [serving, storing]) {
      expect(problem).toMatchObject({ status: 503, code: 'unavailable', retryable: true });
      expect(problem.headers.get('retry-after')).toBe('5');
    }
    expect(await imageCountOf(ada, project)).toBe(1);
    expect((await createClient().send(image.url)).status).toBe(200);
  });
});
