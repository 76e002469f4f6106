import { describe, expect, it, vi } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { openFaultyStore } from '../helpers/faults.ts';
import { problemOf } from '../helpers/problem.ts';
import { sqlAsSuperuser } from '../helpers/sql.ts';
import { picture, uploadCall } from '../helpers/uploads.ts';

/** The figures of a deployment. */
const DEPLOYED = { LIMITER_SCALE: '1' };

async function openExport(person: Person, projectId: string, variables = {}): Promise<Response> {
  return await person.send(`/v1/projects/${projectId}/export?format=jsonl`, {
    variables: { ...DEPLOYED, ...variables },
  });
}

/** A place is given back behind the reply. */
async function openWhenThereIsRoom(person: Person, projectId: string): Promise<Response> {
  return await vi.waitUntil(
    async () => {
      const reply = await openExport(person, projectId);
      return reply.status === 200 && reply;
    },
    { timeout: 10_000, interval: 1_000 },
  );
}

describe('exports of an account', () => {
  it('are two at once; one that is read to its end and one that is broken off make room', async () => {
    const ada = await signUp();
    const projectId = await createProject(ada);
    const path = `/v1/projects/${projectId}/export?format=jsonl`;
    const [first, second] = [await openExport(ada, projectId), await openExport(ada, projectId)];
    expect([first.status, second.status]).toEqual([200, 200]);
    const third = await problemOf(path, { variables: DEPLOYED }, ada);
    expect(third).toMatchObject({ status: 429, code: 'too_many_at_once', retryable: true });
    expect(third.headers.get('retry-after')).toBe('10');
    await first.arrayBuffer();
    const fourth = await openWhenThereIsRoom(ada, projectId);
    expect((await openExport(ada, projectId)).status).toBe(429);
    await second.body?.cancel();
    const fifth = await openWhenThereIsRoom(ada, projectId);
    await Promise.all([fourth.arrayBuffer(), fifth.arrayBuffer()]);
  });

  it('are not kept by a HEAD, which counts as one that is asked for', async () => {
    const ada = await signUp();
    const path = `/v1/projects/${await createProject(ada)}/export?format=zip`;
    const call = { method: 'HEAD', variables: DEPLOYED };
    for (let count = 0; count < 9; count++) {
      const head = await ada.send(path, call);
      expect(head.status).toBe(200);
      expect(head.headers.get('content-type')).toBe('application/zip');
      expect(head.headers.get('ratelimit')).toContain(`"export";r=${9 - count}`);
      expect(await head.text()).toBe('');
    }
    const last = await ada.send(path, { variables: DEPLOYED });
    expect(last.status).toBe(200);
    await last.arrayBuffer();
    expect((await ada.send(path, call)).status).toBe(429);
  });

  it('are counted for each account alone, and six with the plan pro', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    await sqlAsSuperuser(`update profiles set plan = 'pro' where id = $1`, [ada.userId]);
    await ada.call('/v1/auth/sign-in', { body: { email: ada.email, password: ada.password } });
    const [mine, other] = [await createProject(ada), await createProject(eve)];
    const open = [];
    for (let count = 0; count < 7; count++) open.push(await openExport(ada, mine));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429]);
    const hers = await openExport(eve, other);
    expect(hers.status).toBe(200);
    await Promise.all([...open, hers].map((reply) => reply.arrayBuffer()));
  });

  it('are not taken a place by one that is refused', async () => {
    const [ada, eve] = [await signUp(), await signUp()];
    const [mine, other] = [await createProject(ada), await createProject(eve)];
    for (let count = 0; count < 3; count++) expect((await openExport(ada, other)).status).toBe(404);
    const reply = await openExport(ada, mine);
    expect(reply.status).toBe(200);
    await reply.arrayBuffer();
  });

  it('are counted by the isolate while Redis does not answer', async () => {
    const redis = await openFaultyStore('redis');
    const ada = await signUp();
    const projectId = await createProject(ada);
    await redis.set('error');
    const open = [];
    for (let count = 0; count < 3; count++) open.push(await openExport(ada, projectId, redis.variables));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(await open[2]?.json()).toMatchObject({ code: 'too_many_at_once' });
    await Promise.all([open[0]?.arrayBuffer(), open[1]?.arrayBuffer()]);
  });
});

describe('uploads of an account', () => {
  it('are so many at once, and make room however they end', async () => {
    const ada = await signUp();
    const projectId = await createProject(ada);
    const path = `/v1/projects/${projectId}/images`;
    // A quarter of the eight: an isolate reads four bodies at a time.
    const variables = { LIMITER_SCALE: '0.25' };
    const replies: Promise<Response>[] = [];
    const senders: WritableStreamDefaultWriter<Uint8Array>[] = [];
    for (let count = 0; count < 2; count++) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      replies.push(ada.send(path, { ...uploadCall(readable), variables }));
      const sender = writable.getWriter();
      // Taken when the upload has its place and its body is read.
      await sender.write(new Uint8Array(1_000));
      senders.push(sender);
    }
    const third = await problemOf(path, { ...uploadCall(await picture()), variables }, ada);
    expect(third).toMatchObject({ status: 429, code: 'too_many_at_once' });
    // What has been sent is no picture.
    await Promise.all(senders.map((sender) => sender.close()));
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([422, 422]);
    const next = await ada.send(path, { ...uploadCall(await picture()), variables });
    expect(next.status).toBe(201);
  });
});
