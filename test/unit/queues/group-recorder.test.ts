import { NeonDbError } from '@neondatabase/serverless';
import { describe, expect, it } from 'vitest';
import { type Database, guardDatabase } from '../../../src/db/guard.ts';
import { createGroupRecorder } from '../../../src/queues/group-recorder.ts';
import { newCaller } from '../../helpers/caller.ts';

interface Recording {
  job: string;
  chunks: number[];
  positions: number[];
  closing: number[];
}

/** The numbers of a Postgres array literal. */
const readArray = (literal: unknown) =>
  JSON.parse(String(literal).replace('{', '[').replace('}', ']')) as number[];

/** A database that answers, one after another, when it is told to; `breaks` decides which recordings fail, and how. */
function slowDatabase(breaks: (recording: Recording) => Error | null = () => null) {
  const recordings: Recording[] = [];
  const answers: (() => void)[] = [];
  const queries = {
    query: (_text: string, params: unknown[]) => params,
    transaction: async (statements: unknown[][]) => {
      const [job, , chunks, results, closing] = statements[1] ?? [];
      const recording = {
        job: String(job),
        chunks: readArray(chunks),
        positions: (JSON.parse(String(results)) as { position: number }[]).map(({ position }) => position),
        closing: readArray(closing),
      };
      recordings.push(recording);
      await new Promise<void>((resolve) => answers.push(resolve));
      const fault = breaks(recording);
      if (fault) throw fault;
      const answer = {
        status: 'running',
        chunks: recording.chunks.map((chunk) => ({ chunk, written: chunk * 10, dueAt: null })),
      };
      return [{ rows: [] }, { rows: [[answer]] }];
    },
  };
  const answerAll = async () => {
    for (let rounds = 0; rounds < 20; rounds++) {
      answers.shift()?.();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  const open = async () => queries as unknown as Awaited<ReturnType<Database['open']>>;
  const service = guardDatabase('service', '', open, newCaller());
  return { service, recordings, answerAll };
}

const order = (chunk: number, jobId = 'job_a') => ({ jobId, epoch: 1, chunk, requestId: null });
const result = (position: number) => ({ position, status: 'failed' as const });

describe('recording together', () => {
  it('sends what came while the database was busy in one go, and tells each its own', async () => {
    const { service, recordings, answerAll } = slowDatabase();
    const record = createGroupRecorder(service);
    const first = record(order(1), [result(1)], false);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const others = [record(order(2), [result(2)], true), record(order(3), [], true)];
    await answerAll();
    expect(recordings).toEqual([
      { job: 'job_a', chunks: [1], positions: [1], closing: [] },
      { job: 'job_a', chunks: [2, 3], positions: [2], closing: [2, 3] },
    ]);
    expect((await Promise.all([first, ...others])).map(({ written }) => written)).toEqual([10, 20, 30]);
  });

  it('keeps the order of a chunk, and jobs apart', async () => {
    const { service, recordings, answerAll } = slowDatabase();
    const record = createGroupRecorder(service);
    const all = [
      record(order(1), [result(1)], false),
      record(order(1), [result(2)], true),
      record(order(1, 'job_b'), [result(3)], true),
    ];
    await answerAll();
    await Promise.all(all);
    const of = (job: string) => recordings.filter((one) => one.job === job).map(({ positions }) => positions);
    expect([of('job_a'), of('job_b')]).toEqual([[[1], [2]], [[3]]]);
  });

  it('takes no more than a hundred results together', async () => {
    const { service, recordings, answerAll } = slowDatabase();
    const record = createGroupRecorder(service);
    const many = (chunk: number) =>
      record(
        order(chunk),
        Array.from({ length: 40 }, (_, n) => result(chunk * 100 + n)),
        false,
      );
    const all = [1, 2, 3, 4, 5].map(many);
    await answerAll();
    await Promise.all(all);
    expect(recordings.map(({ chunks }) => chunks)).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('lets one that fails fail alone, and asks a database that is down no more', async () => {
    // As Postgres says that bytes were swept away.
    const swept = Object.assign(new NeonDbError('conflict'), { code: 'DK001', detail: 'swept' });
    const broken = slowDatabase(({ chunks }) => (chunks.includes(2) ? swept : null));
    const record = createGroupRecorder(broken.service);
    const outcomes = Promise.allSettled(
      [1, 2, 3].map((chunk) => record(order(chunk), [result(chunk)], false)),
    );
    await broken.answerAll();
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(broken.recordings.map(({ chunks }) => chunks)).toEqual([[1, 2, 3], [1], [2], [3]]);

    const down = slowDatabase(() => new TypeError('fetch failed'));
    const recordDown = createGroupRecorder(down.service);
    const all = Promise.allSettled([1, 2].map((chunk) => recordDown(order(chunk), [result(chunk)], false)));
    await down.answerAll();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(down.recordings).toHaveLength(1);
  });
});
