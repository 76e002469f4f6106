import { describe, expect, it } from 'vitest';
import { createClient, createProject, signUp } from '../helpers/client.ts';
import { createJob } from '../helpers/crawl.ts';
import { problemOf } from '../helpers/problem.ts';
import { countedBody } from '../helpers/uploads.ts';

const LARGE = { 'content-type': 'application/json', 'content-length': '300000' };

describe('a list of addresses', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    [' under a key', { 'idempotency-key': 'one' }],
  ])('of a stranger%s is refused unread, and takes no place of others', async (_, headers) => {
    const ada = await signUp();
    const project = await createProject(ada);
    for (const path of [`/v1/projects/${project}/jobs`, '/v1/jobs/job_00000000000000000000000000/urls']) {
      const { stream, sent } = countedBody(300_000);
      const call = { method: 'POST', raw: stream, headers: { ...LARGE, ...headers } };
      expect(await problemOf(path, call, createClient())).toMatchObject({ code: 'unauthenticated' });
      expect(sent()).toBe(0);
    }
  });

  it('whose sender hangs up is the fault of the sender, under a key too', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    for (const key of [{}, { 'idempotency-key': 'two' }]) {
      const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('hung up')) });
      const call = { method: 'POST', raw: broken, headers: { 'content-type': 'application/json', ...key } };
      expect(await problemOf(`/v1/projects/${project}/jobs`, call, ada)).toMatchObject({
        status: 400,
        code: 'invalid_request',
      });
    }
  });

  it('with a text that cannot be stored names it', async () => {
    const ada = await signUp();
    const job = await createJob(ada, await createProject(ada), []);
    for (const text of ['\ud83d', 'a\0b']) {
      for (const field of ['alt', 'caption', 'pageUrl', 'licenseUrl']) {
        const body = { urls: [{ url: 'https://a.example/1.jpg', context: { [field]: text } }] };
        const problem = await problemOf(`/v1/jobs/${job}/urls`, { body }, ada);
        expect(problem).toMatchObject({ status: 400, code: 'invalid_request' });
        expect(problem.errors?.[0]?.path).toContain(field);
      }
    }
  });
});

it('a key does not keep a body from what else reads it', async () => {
  const headers = { 'idempotency-key': 'three' };
  const body = { email: 'nobody@test.example', password: 'not the right one' };
  const reply = await createClient().call('/v1/auth/sign-in', { body, headers });
  expect(reply).toMatchObject({ status: 401 });
});
