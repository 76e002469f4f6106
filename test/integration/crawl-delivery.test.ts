import { beforeEach, describe, expect, inject, it } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { createJob, deliver, itemsOf, media, progressOf, query, startUndelivered } from '../helpers/crawl.ts';
import type { FaultMode } from '../helpers/fault-modes.ts';

const { faults } = inject('stores');
/** Bindings of a consumer whose database lies behind the proxy of these tests. */
const BEHIND_PROXY = { NEON_FETCH_ENDPOINT: `${faults.queueUrl}/sql` };

async function breakDatabase(mode: FaultMode): Promise<void> {
  await fetch(`${faults.controlUrl}/queue/${mode}`, { method: 'POST' });
}

/** The bucket of the stack, except that `onPut` comes first: there is no socket at which to break R2. */
function bucketWith(onPut: () => Promise<void>): Pick<R2Bucket, 'put' | 'get' | 'head'> {
  return {
    get: media.get.bind(media),
    head: media.head.bind(media),
    put: (async (key: string, bytes: Uint8Array, options: R2PutOptions) => {
      await onPut();
      return await media.put(key, bytes, options);
    }) as R2Bucket['put'],
  };
}

/** Everything a delivery may change, row by row. */
async function recordOf(jobId: string) {
  const rows = async (text: string) => await query(text, [jobId]);
  return {
    job: await rows('select * from crawl_jobs where id = $1'),
    totals: await rows('select * from job_totals where job_id = $1'),
    items: await rows('select * from crawl_items where job_id = $1 order by position'),
    images: await rows('select * from images where job_id = $1 order by id'),
    sources: await rows(
      `select s.* from image_sources s join images i on i.id = s.image_id where i.job_id = $1 order by 1, 3`,
    ),
    activity: await rows('select * from activity_logs where subject_id = $1 order by id'),
    project: await rows(
      'select image_count, p.updated_at from projects p join crawl_jobs j on j.project_id = p.id where j.id = $1',
    ),
  };
}

let ada: Person;
let project: string;

beforeEach(async () => {
  await breakDatabase('ok');
  ada = await signUp();
  project = await createProject(ada);
});

/** A started job with `count` different images, and its message. */
async function startJob(count: number, more: string[] = []) {
  const name = crypto.randomUUID();
  const paths = [...Array.from({ length: count }, (_, n) => `/image/${name}-${n}.jpg`), ...more];
  const jobId = await createJob(ada, project, paths);
  return { jobId, message: await startUndelivered(jobId) };
}

describe('a message that is delivered again', () => {
  it('changes nothing after the job has ended', async () => {
    const { jobId, message } = await startJob(3, ['/status/404', '/same/x.jpg', '/same/y.jpg']);
    await deliver([message]);
    const before = await recordOf(jobId);
    expect(before.job).toMatchObject([{ status: 'completed_with_errors' }]);
    const again = await deliver([message, message], { attempts: 2 });
    expect(again).toMatchObject({ acked: ['message-0', 'message-1'], retried: [], failed: [] });
    expect(await recordOf(jobId)).toEqual(before);
  });

  it('adds only what is missing when the first delivery broke off in the middle', async () => {
    const { jobId, message } = await startJob(10);
    let puts = 0;
    const failing = bucketWith(async () => {
      if (++puts > 6) throw new Error('R2 is down');
    });
    const broken = await deliver([message], { bindings: { MEDIA: failing } });
    expect(broken).toMatchObject({ acked: ['message-0'], finished: [], failed: [{ isOutage: true }] });
    const half = await recordOf(jobId);
    const stored = half.images.length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(10);
    // What is written down already is not downloaded again.
    const open = half.items.filter((item) => item['status'] === 'pending').map((item) => item['position']);
    expect(broken.failed[0]?.left.map(({ position }) => position)).toEqual(open);
    expect(await progressOf(ada, jobId)).toMatchObject({
      status: 'running',
      done: stored,
      pending: 10 - stored,
      counts: { stored },
    });

    expect((await deliver([message], { attempts: 2 })).acked).toHaveLength(1);
    expect(await progressOf(ada, jobId)).toMatchObject({
      status: 'completed',
      done: 10,
      counts: { stored: 10 },
    });
    const whole = await recordOf(jobId);
    expect(whole.project).toMatchObject([{ image_count: 10 }]);
    expect(whole.items).toEqual(
      expect.arrayContaining(half.items.filter((item) => item['status'] === 'stored')),
    );
  });

  it('counts nothing twice when both deliveries run at once', async () => {
    const { jobId, message } = await startJob(8, ['/status/404']);
    const both = await Promise.all([deliver([message]), deliver([message])]);
    // Neither is retried: the one that comes too late finds nothing left to record.
    expect(both.map(({ acked }) => acked.length)).toEqual([1, 1]);
    expect(await progressOf(ada, jobId)).toMatchObject({
      pending: 0,
      counts: { stored: 8, duplicateExact: 0, failed: 1 },
    });
    const { project: rows, activity } = await recordOf(jobId);
    expect(rows).toMatchObject([{ image_count: 8 }]);
    expect(activity.filter((row) => row['action'] === 'job.finished')).toHaveLength(1);
  });

  it('is the same result when only the reply of the database was lost', async () => {
    const { jobId, message } = await startJob(3);
    const losing = bucketWith(async () => await breakDatabase('lose-reply'));
    const first = await deliver([message], { bindings: { ...BEHIND_PROXY, MEDIA: losing } });
    expect(first.failed).toHaveLength(1);
    await breakDatabase('ok');
    const before = await recordOf(jobId);
    expect(before.job).toMatchObject([{ status: 'completed' }]);
    expect((await deliver([message], { bindings: BEHIND_PROXY, attempts: 2 })).acked).toHaveLength(1);
    expect(await recordOf(jobId)).toEqual(before);
  });
});

describe('a message that no longer fits', () => {
  it.each([
    ['of an earlier run', (message: object) => ({ ...message, epoch: 2 })],
    ['of a chunk that does not exist', (message: object) => ({ ...message, chunk: 7 })],
    ['without a version', (message: object) => ({ ...message, v: undefined })],
    ['that is not an object', () => 'crawl, please'],
  ])('%s is acknowledged and changes nothing', async (_which, change) => {
    const { jobId, message } = await startJob(1);
    const before = await recordOf(jobId);
    expect(await deliver([change(message)])).toMatchObject({ acked: ['message-0'], retried: [], failed: [] });
    const after = await recordOf(jobId);
    expect({ ...after, job: [] }).toEqual({ ...before, job: [] });
    expect((await deliver([message])).acked).toHaveLength(1);
    expect(await progressOf(ada, jobId)).toMatchObject({ status: 'completed', counts: { stored: 1 } });
  });

  it('of a deleted job is acknowledged', async () => {
    const { jobId, message } = await startJob(1);
    await query('delete from crawl_jobs where id = $1', [jobId]);
    expect(await deliver([message])).toMatchObject({ acked: ['message-0'], retried: [], failed: [] });
    expect(await query('select 1 from images where project_id = $1', [project])).toEqual([]);
  });
});

describe('a message of a job that cron started', () => {
  it('is worked on although no request asked for it', async () => {
    const { jobId, message } = await startJob(1);
    expect((await deliver([{ ...message, requestId: null }])).acked).toHaveLength(1);
    expect(await progressOf(ada, jobId)).toMatchObject({ status: 'completed', counts: { stored: 1 } });
  });
});

describe('while our own parts are down', () => {
  it.each<FaultMode>(['reset', 'error', 'garbage'])(
    'an unreachable database (%s) defers the chunk and leaves no trace',
    async (mode) => {
      const { jobId, message } = await startJob(2);
      const before = await recordOf(jobId);
      await breakDatabase(mode);
      const broken = await deliver([message], { bindings: BEHIND_PROXY, attempts: 3 });
      expect(broken).toMatchObject({ acked: ['message-0'], failed: [{ chunk: 0, isOutage: true }] });
      expect({ ...(await recordOf(jobId)), job: [] }).toEqual({ ...before, job: [] });
      await breakDatabase('ok');
      await deliver([message], { bindings: BEHIND_PROXY, attempts: 4 });
      expect(await progressOf(ada, jobId)).toMatchObject({ status: 'completed', counts: { stored: 2 } });
    },
  );

  it('an image store that refuses everything defers the images, not what failed by itself', async () => {
    const { jobId, message } = await startJob(2, ['/status/404']);
    const down = bucketWith(async () => await Promise.reject(new Error('R2 is down')));
    const broken = await deliver([message], { bindings: { MEDIA: down } });
    expect(broken.failed).toHaveLength(1);
    expect((await itemsOf(ada, jobId)).map(({ status }) => status)).toEqual(['pending', 'pending', 'failed']);
    expect((await recordOf(jobId)).images).toEqual([]);
  });

  it('one chunk does not hold back another one of the same batch', async () => {
    const [good, other] = [await startJob(1), await startJob(1)];
    let puts = 0;
    const once = bucketWith(async () => {
      if (++puts === 1) throw new Error('R2 is down');
    });
    const { finished, failed } = await deliver([good.message, other.message], { bindings: { MEDIA: once } });
    expect([finished.length, failed.length]).toEqual([1, 1]);
  });
});

describe('the dead-letter queue', () => {
  const queue = 'darkroom-crawl-dead';

  it('gives the items that are left their final status, so that the job ends', async () => {
    const { jobId, message } = await startJob(2, ['/status/404']);
    const down = bucketWith(async () => await Promise.reject(new Error('R2 is down')));
    await deliver([message], { bindings: { MEDIA: down } });
    expect(await deliver(['nonsense', message], { queue })).toMatchObject({
      acked: ['message-0', 'message-1'],
      retried: [],
    });
    expect((await itemsOf(ada, jobId)).map(({ status, reason }) => `${status} ${reason}`)).toEqual([
      'failed dead_letter',
      'failed dead_letter',
      'failed http_4xx',
    ]);
    const progress = await progressOf(ada, jobId);
    expect(progress).toMatchObject({ status: 'completed_with_errors', pending: 0, counts: { failed: 3 } });
    expect(progress.finishedAt).not.toBeNull();
  });

  it('keeps a message that cannot be worked on yet', async () => {
    const { jobId, message } = await startJob(1);
    await breakDatabase('reset');
    await expect(deliver([message], { queue, bindings: BEHIND_PROXY })).rejects.toThrow();
    expect(await progressOf(ada, jobId)).toMatchObject({ pending: 1 });
  });
});
