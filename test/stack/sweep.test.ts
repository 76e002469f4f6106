import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { poll } from '../../dev/process/poll.ts';
import { AppError } from '../../src/errors/app-error.ts';
import { isSwept, storeAgain } from '../../src/media/store-again.ts';
import {
  admin,
  age,
  bucket,
  consumer,
  database,
  deleteImage,
  insertImage,
  isStored,
  media,
  newBlob,
  releasedBlob,
  service,
  setSweepStage,
  stateOf,
  storeBlob,
  sweep,
} from './sweep-stage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const REFUSED = { code: 'DK001', message: 'conflict', detail: 'swept' };

setSweepStage();

describe('the sweep', () => {
  it('removes the bytes of what went more than a day ago', async () => {
    const [old, young] = [await releasedBlob('24 hours 1 minute'), await releasedBlob('23 hours 59 minutes')];
    expect(await sweep()).toEqual({ removed: 1, orphans: 0 });
    expect([await isStored(old), await isStored(young)]).toEqual([
      [false, false],
      [true, true],
    ]);
    expect([await stateOf(old), await stateOf(young)]).toEqual(['removed', 'waiting']);
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
  });

  it('keeps what is in the bin, until it leaves that', async () => {
    const blob = await newBlob();
    await storeBlob(media, blob);
    await insertImage(blob, 'img_binned');
    await admin.query(`update images set deleted_at = now() - interval '29 days' where id = 'img_binned'`);
    // An older release of the same bytes is due.
    await admin.query(
      `insert into blob_sweeps (sha256, released_at) values (decode($1, 'hex'), now() - interval '2 days')`,
      [blob.sha256],
    );
    await admin.query('select app.purge_bin(100)');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    expect([await isStored(blob), await stateOf(blob)]).toEqual([[true, true], 'none']);

    await admin.query(`update images set deleted_at = now() - interval '31 days' where id = 'img_binned'`);
    expect((await admin.query('select app.purge_bin(100) as gone')).rows).toEqual([{ gone: 1 }]);
    await age(blob, '25 hours');
    expect(await sweep()).toEqual({ removed: 1, orphans: 0 });
    expect(await isStored(blob)).toEqual([false, false]);
  });

  it('counts from the last deletion', async () => {
    const blob = await releasedBlob();
    await insertImage(blob, 'img_again');
    await deleteImage('img_again');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    expect(await isStored(blob)).toEqual([true, true]);
  });

  it('keeps what another project still shows, until that is deleted, too', async () => {
    const blob = await newBlob();
    await storeBlob(media, blob);
    await insertImage(blob, 'img_a', 'prj_a');
    await insertImage(blob, 'img_b', 'prj_b');
    await deleteImage('img_a');
    await age(blob, '25 hours');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    expect(await stateOf(blob)).toBe('none');
    await deleteImage('img_b');
    await age(blob, '25 hours');
    expect(await sweep()).toEqual({ removed: 1, orphans: 0 });
    expect(await isStored(blob)).toEqual([false, false]);
  });

  it('removes what was in a deleted project, and nothing that is elsewhere as well', async () => {
    const [own, shared] = [await newBlob(), await newBlob()];
    for (const blob of [own, shared]) {
      await storeBlob(media, blob);
      await insertImage(blob, `img_${blob.sha256}`, 'prj_a');
    }
    await insertImage(shared, 'img_elsewhere', 'prj_b');
    await admin.query(`delete from projects where id = 'prj_a'`);
    expect([await stateOf(own), await stateOf(shared)]).toEqual(['waiting', 'waiting']);
    await age(own, '25 hours');
    await age(shared, '25 hours');
    await sweep();
    expect([await isStored(own), await isStored(shared)]).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('takes as many as it is asked to, the longest released first', async () => {
    const blobs = [await releasedBlob('3 days'), await releasedBlob('4 days'), await releasedBlob('2 days')];
    const { rows } = await consumer.query<{ content: string }>(
      'select content from app.begin_sweep(2) content',
    );
    expect(rows.map(({ content }) => content).sort()).toEqual([blobs[0]?.sha256, blobs[1]?.sha256].sort());
  });

  it('says nothing is removed that R2 has not confirmed, and takes it up again when nothing can be under way', async () => {
    const blob = await releasedBlob();
    const down = { ...media, remove: async () => await Promise.reject(new Error('R2 is down')) };
    await expect(sweep({ media: down })).rejects.toThrow('R2 is down');
    expect(await stateOf(blob)).toBe('removing');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    await age(blob, '31 minutes');
    expect(await sweep()).toEqual({ removed: 1, orphans: 0 });
    expect([await stateOf(blob), await isStored(blob)]).toEqual(['removed', [false, false]]);
  });

  it('forgets after an hour', async () => {
    const blob = await releasedBlob();
    await sweep();
    await age(blob, '59 minutes');
    await sweep();
    expect(await stateOf(blob)).toBe('removed');
    await age(blob, '2 minutes');
    await sweep();
    expect(await stateOf(blob)).toBe('none');
  });

  it('hands R2 as many as it takes at a time', async () => {
    await admin.query(
      `insert into blob_sweeps (sha256, released_at) select sha256(n::text::bytea), now() - interval '2 days'
       from generate_series(1, 501) n`,
    );
    const portions: number[] = [];
    const remove = async (hashes: string[]) => {
      portions.push(hashes.length);
      await media.remove(hashes);
    };
    expect(await sweep({ media: { ...media, remove } })).toEqual({ removed: 501, orphans: 0 });
    expect(portions).toEqual([500, 1]);
  });

  it('walks over a stretch of a large store, and over a small one once', async () => {
    const walked: string[] = [];
    const isLarge = {
      ...media,
      listOriginals: async (after: string) => {
        walked.push(after);
        return { originals: [{ sha256: `${after}0`, uploadedAt: new Date() }], isLast: false };
      },
    };
    await sweep({ media: isLarge });
    expect(walked).toHaveLength(10);
    expect(new Set(walked).size).toBe(10);
    walked.length = 0;
    const isSmall = {
      ...media,
      listOriginals: async (after: string) => {
        walked.push(after);
        return await media.listOriginals(after);
      },
    };
    await sweep({ media: isSmall });
    expect(walked).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/), '']);
  });

  it('finds bytes that were stored just before something broke off, and removes them a day later', async () => {
    const [orphan, living] = [await newBlob(), await newBlob()];
    await storeBlob(media, orphan);
    await storeBlob(media, living);
    await insertImage(living, 'img_living');
    await bucket.put('original/README', 'not one of ours');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    expect(await sweep({ later: DAY_MS + 60_000 })).toEqual({ removed: 0, orphans: 1 });
    expect(await sweep({ later: DAY_MS + 60_000 })).toEqual({ removed: 0, orphans: 0 });
    expect(await isStored(orphan)).toEqual([true, true]);
    await age(orphan, '25 hours');
    expect(await sweep()).toEqual({ removed: 1, orphans: 0 });
    expect([await isStored(orphan), await isStored(living)]).toEqual([
      [false, false],
      [true, true],
    ]);
  });
});

describe('an import of what is being swept', () => {
  it('is refused from the mark on, and again after the removal, until the bytes were put once more', async () => {
    const blob = await releasedBlob();
    // The consumer finds the bytes, and before it can say so:
    await storeBlob(media, blob);
    await consumer.query('select app.begin_sweep(10)');
    await expect(insertImage(blob, 'img_late')).rejects.toMatchObject(REFUSED);
    await media.remove([blob.sha256]);
    await expect(insertImage(blob, 'img_late')).rejects.toMatchObject(REFUSED);
    const tools = { media, database: service(), requestId: 'test' };
    await expect(storeAgain(blob, tools)).rejects.toMatchObject({
      code: 'conflict',
      options: { retryAfter: 5 },
    });
    await consumer.query('select app.end_sweep($1)', [JSON.stringify([blob.sha256])]);
    await expect(insertImage(blob, 'img_late')).rejects.toMatchObject(REFUSED);

    await storeAgain(blob, tools);
    await insertImage(blob, 'img_late');
    expect([await stateOf(blob), await isStored(blob)]).toEqual(['waiting', [true, false]]);
    await age(blob, '25 hours');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    expect(await isStored(blob)).toEqual([true, false]);
  });

  it('comes before the sweep when it was first to take the lock', async () => {
    const blob = await releasedBlob();
    await storeBlob(media, blob);
    await consumer.query('begin');
    await insertImage(blob, 'img_first');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    await consumer.query('commit');
    expect(await sweep()).toEqual({ removed: 0, orphans: 0 });
    expect([await stateOf(blob), await isStored(blob)]).toEqual(['none', [true, true]]);
  });

  it('waits for a sweep that was first to take the lock, and sees its mark', async () => {
    const blob = await releasedBlob();
    await storeBlob(media, blob);
    const sweeper = new pg.Client(database.roleUrl('darkroom_service'));
    await sweeper.connect();
    await sweeper.query('begin');
    await sweeper.query('select app.begin_sweep(10)');
    const { rows } = await consumer.query<{ pid: number }>('select pg_backend_pid() as pid');
    const inserted = insertImage(blob, 'img_second').then(
      () => 'inserted',
      (error: unknown) => error,
    );
    const isWaiting = await poll(async () => {
      const found = await admin.query('select from pg_locks where pid = $1 and not granted', [rows[0]?.pid]);
      return found.rowCount === 0 ? undefined : true;
    }, 10_000);
    expect(isWaiting).toBe(true);
    await sweeper.query('commit');
    await sweeper.end();
    expect(await inserted).toMatchObject(REFUSED);
    expect((await admin.query(`select from images where id = 'img_second'`)).rowCount).toBe(0);
  });

  it('is let in without a second look when its put cannot have come before the removal', async () => {
    const blob = await releasedBlob();
    await sweep();
    await age(blob, '19 minutes');
    await storeBlob(media, blob);
    await expect(insertImage(blob, 'img_after')).rejects.toMatchObject(REFUSED);
    await age(blob, '2 minutes');
    await insertImage(blob, 'img_after');
    expect(await isStored(blob)).toEqual([true, true]);
    // Deleted once more, it is released once more.
    await deleteImage('img_after');
    expect(await stateOf(blob)).toBe('waiting');
  });

  it('is not held up by the sweep of other content, and refused as a whole with one that is', async () => {
    const [marked, other] = [await releasedBlob(), await newBlob()];
    await consumer.query('select app.begin_sweep(10)');
    await storeBlob(media, other);
    const both = consumer.query(
      `insert into images (id, project_id, sha256, format, size) select 'img_' || n, 'prj_a', decode(c, 'hex'), 'png', 'small'
       from unnest($1::text[]) with ordinality as list(c, n)`,
      [[other.sha256, marked.sha256]],
    );
    await expect(both).rejects.toMatchObject(REFUSED);
    await insertImage(other, 'img_other');
    expect(await stateOf(other)).toBe('none');
  });
});

describe('a refusal', () => {
  it('is told from other conflicts', async () => {
    expect(isSwept(new AppError('conflict', '', { state: 'swept' }))).toBe(true);
    expect(isSwept(new AppError('conflict', ''))).toBe(false);
    expect(isSwept(new AppError('illegal_state', '', { state: 'swept' }))).toBe(false);
    expect(isSwept(new Error('conflict'))).toBe(false);
  });
});
