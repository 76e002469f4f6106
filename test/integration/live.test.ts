import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/env.ts';
import { reportProgress } from '../../src/domain/job/report-progress.ts';
import { parseBookmark } from '../../src/lib/bookmark.ts';
import { CLOSE, progressKey } from '../../src/rooms/protocol.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices } from '../../src/services.ts';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { createJob, finishJob, progressOf } from '../helpers/crawl.ts';
import { enterRoom } from '../helpers/room-client.ts';
import { addMember } from '../helpers/sql.ts';
import { picture, upload } from '../helpers/uploads.ts';

function servicesOf() {
  const result = configOf(env);
  if (!result.ok) throw new Error('not configured');
  return createServices(result.config, openScope('test'));
}

async function team(): Promise<{ ada: Person; ben: Person; project: string }> {
  const [ada, ben] = await Promise.all([signUp('Ada'), signUp('Ben')]);
  const project = await createProject(ada);
  await addMember(project, ben.userId, 'reviewer');
  return { ada, ben, project };
}

describe('the room of a project hears of', () => {
  it('a decision, once, with who made it and what it left', async () => {
    const { ada, ben, project } = await team();
    const image = (await upload(ada, project, await picture())).body.id;
    const room = await enterRoom(ada, project);
    const call = {
      method: 'PATCH',
      body: { revision: 0, review: 'keep', tags: ['sharp'] },
      headers: { 'idempotency-key': crypto.randomUUID() },
    };
    const { body } = await ben.call(`/v1/images/${image}`, call);
    await ben.call(`/v1/images/${image}`, call);
    const event = await room.until(() => room.events[0]);
    expect(event).toMatchObject({
      type: 'images.reviewed',
      user: ben.userId,
      data: {
        reviewId: body['reviewId'],
        count: 1,
        images: [{ id: image, review: 'keep', label: null, tags: ['sharp'], revision: 1 }],
      },
    });
    await ben.call(`/v1/reviews/${String(body['reviewId'])}/undo`, { method: 'POST' });
    await room.until(() => room.events.length === 2);
    expect(room.events[1]).toMatchObject({
      data: { images: [{ id: image, review: 'undecided', revision: 2 }] },
    });
    // What changes nothing is no event.
    await ben.call(`/v1/images/${image}`, { method: 'PATCH', body: { revision: 2, review: 'undecided' } });
    await room.settle();
    expect(room.events).toHaveLength(2);
    room.close();
  });

  it('images that go and come back, and changes of the project', async () => {
    const { ada, ben, project } = await team();
    const image = (await upload(ada, project, await picture())).body.id;
    const room = await enterRoom(ben, project);
    await ada.call(`/v1/images/${image}`, { method: 'DELETE' });
    await ada.call(`/v1/projects/${project}/images/restore`, { body: { ids: [image] } });
    await ada.call(`/v1/projects/${project}/images/restore`, { body: { ids: [image] } });
    await ada.call(`/v1/projects/${project}/images/delete`, { body: { ids: [image] } });
    await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { labels: ['cat'] } });
    await room.until(() => room.events.length === 4);
    expect(room.events.map(({ type, user, data }) => [type, user, data])).toEqual([
      ['images.deleted', ada.userId, { ids: [image] }],
      ['images.restored', ada.userId, { ids: [image] }],
      ['images.deleted', ada.userId, { ids: [image] }],
      ['project.changed', ada.userId, {}],
    ]);
    room.close();
  });

  it('the progress of a job, as the API shows it', async () => {
    const { ada, project } = await team();
    const room = await enterRoom(ada, project);
    const job = await createJob(ada, project, ['/image/live-1.jpg', '/image/live-2.jpg']);
    await ada.call(`/v1/jobs/${job}/start`, { method: 'POST' });
    await finishJob(ada, job);
    // What a consumer tells at its end; this one was run by the test.
    expect(await reportProgress(servicesOf(), job, null)).toBe(true);
    const last = () =>
      room
        .all('latest')
        .flatMap(({ values }) => values)
        .findLast(({ key }) => key === progressKey(job));
    await room.until(() => last()?.data['status'] === 'completed');
    const { rate: _rate, ...shown } = (await progressOf(ada, job)) as unknown as Record<string, unknown>;
    expect(last()?.data).toMatchObject(shown);
    room.close();

    // Who comes later finds it there.
    const late = await enterRoom(ada, project);
    expect(late.welcome.latest).toMatchObject([{ key: progressKey(job), data: { status: 'completed' } }]);
    late.close();
  });

  it('R-MARK-1: a bookmark with all of it, which leads a reader past a replica that is behind', async () => {
    const { ada, ben, project } = await team();
    const room = await enterRoom(ben, project);
    const changed = await ada.call(`/v1/projects/${project}`, { method: 'PATCH', body: { name: 'Told' } });
    await room.until(() => room.events.length === 1);
    expect(room.events[0]?.bookmark).toBe(changed.headers.get('darkroom-bookmark'));
    const job = await createJob(ada, project, ['/image/live-3.jpg']);
    expect(await reportProgress(servicesOf(), job, null)).toBe(true);
    const { values } = await room.next('latest');
    expect(parseBookmark(values[0]?.bookmark ?? '')).not.toBeNull();
    room.close();
  });

  it('its own end: a project in the bin has no room, a restored one has', async () => {
    const { ada, ben, project } = await team();
    const room = await enterRoom(ben, project);
    await ada.call(`/v1/projects/${project}`, { method: 'DELETE' });
    expect(await room.end()).toMatchObject({ code: CLOSE.gone });
    expect((await ben.send(`/v1/projects/${project}/room/ticket`, { method: 'POST' })).status).toBe(404);
    await ada.call(`/v1/projects/${project}/restore`, { method: 'POST' });
    (await enterRoom(ben, project)).close();
  });
});
