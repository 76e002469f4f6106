import type { ChunkRef, Taken } from '../crawl/coordinator.ts';

/** More chunks are taken for this long; then the queue decides again whose turn it is. */
const TAKE_MS = 15_000;
/** Chunks worked on at a time. */
const MAX_AT_ONCE = 60;
/** URLs that one invocation works on: each may cost a handful of the 10,000 subrequests that it has. */
const MAX_URLS = 1_000;
/** Whether there is a connection to spare is looked at this often. */
const LOOK_MS = 20;
/** A run that had no chunk is asked again after this. */
const REST_MS = 250;

interface Tools<Ref> {
  /** Another chunk would find a connection now. */
  hasRoom(): boolean;
  /** Never rejects. */
  work(ref: Ref, claim: Taken['claim'] | null): Promise<void>;
  /** A chunk of the same run; null when there is none. Never rejects. */
  next(ref: Ref): Promise<Taken | null>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/**
 * Works on the chunks of a batch, and takes more of the same runs as long as there is room: hosts are asked slowly, so
 * that few chunks leave connections unused, and waiting for the next batch would leave all of them.
 */
export async function workConserving<Ref extends ChunkRef>(batch: Ref[], tools: Tools<Ref>): Promise<void> {
  const until = tools.now() + TAKE_MS;
  /** One message of each run stands for it. */
  const runs = [
    ...new Map(batch.map((ref) => [`${ref.jobId}/${ref.epoch}`, { ref, restsUntil: 0 }])).values(),
  ];
  const atWork = new Set<Promise<void>>();
  let urls = 0;

  function begin(ref: Ref, claim: Taken['claim'] | null): void {
    const working: Promise<void> = tools.work(ref, claim).finally(() => atWork.delete(working));
    atWork.add(working);
  }

  /** One more chunk of the run that was asked longest ago. */
  async function takeOne(): Promise<void> {
    const run = runs.find(({ restsUntil }) => restsUntil <= tools.now());
    if (!run || !tools.hasRoom() || atWork.size >= MAX_AT_ONCE || urls >= MAX_URLS) return;
    runs.push(...runs.splice(runs.indexOf(run), 1));
    const taken = await tools.next(run.ref);
    if (taken === null) {
      run.restsUntil = tools.now() + REST_MS;
      return;
    }
    urls += taken.claim.items.length;
    begin({ ...run.ref, chunk: taken.chunk }, taken.claim);
  }

  for (const ref of batch) begin(ref, null);
  while (atWork.size > 0) {
    if (tools.now() >= until) {
      await Promise.all(atWork);
    } else {
      await Promise.race([...atWork, tools.sleep(LOOK_MS)]);
      await takeOne();
    }
  }
}
