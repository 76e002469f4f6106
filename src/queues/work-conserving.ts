import type { ChunkRef, RunRef, Taken } from '../crawl/coordinator.ts';

/** More chunks are taken for this long, of the 15 min of time and 5 min of CPU that a consumer may take. */
const TAKE_MS = 3 * 60_000;
/** URLs of which chunks are taken: with redirects they make no more subrequests than wrangler.toml allows. */
const MAX_URLS = 15_000;
/** Chunks worked on at a time. */
const MAX_AT_ONCE = 60;
/** One more chunk is taken this often, and one for each that ends: it takes a while until one is felt. */
const LOOK_MS = 50;
/** The share of connections that is idle is averaged over this: requests come in bursts. */
const AVERAGE_MS = 300;
/** With fewer of them idle, other chunks would only miss their turns. */
const MIN_IDLE_SHARE = 0.02;
/** Who is called so late by a timer, on average, has no time for more: requests would start late and close together. */
const MAX_LATE_MS = 25;
/** A run that had no chunk is asked again after this. */
const REST_MS = 250;
/** So often it is asked which runs there are. */
const LIST_MS = 2_000;

/** `requestId`: of the request that asked for it, if one did. `isSuspect`: it has ended its consumer before. */
export type ChunkOrder = ChunkRef & { requestId: string | null; isSuspect?: boolean | undefined };

interface Tools {
  /** The share of the connections that nobody uses at this moment, 0 to 1. */
  idleShare(): number;
  /** Never rejects. */
  work(order: ChunkOrder, claim: Taken['claim'] | null): Promise<void>;
  /** A chunk of a run; null when there is none. Never rejects. */
  next(run: RunRef): Promise<Taken | null>;
  /** The runs under way. Never rejects. */
  listRuns(): Promise<RunRef[]>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/**
 * Works on the chunks of a batch, and takes more, of every run under way, as long as connections are to spare: hosts are
 * asked slowly, so that the chunks of a batch leave most of them unused, and one answer that does not come keeps a whole
 * batch waiting. With a suspect chunk in the batch no more are taken: it would end them, too.
 */
export async function workConserving(batch: ChunkOrder[], tools: Tools): Promise<void> {
  const until = batch.some(({ isSuspect }) => isSuspect) ? 0 : tools.now() + TAKE_MS;
  const atWork = new Set<Promise<void>>();
  /** The one that was asked longest ago first. */
  let runs: { run: RunRef; restsUntil: number }[] = [];
  let listedAt = -Infinity;
  let idleShare = 1;
  let lateMs = 0;
  let lookedAt = tools.now();
  let urls = 0;
  let looking: Promise<number> | null = null;

  /** Exponential averages, by the time that has passed. */
  function look(late: number): void {
    const passed = tools.now() - lookedAt;
    lookedAt += passed;
    const weight = 1 - Math.exp(-passed / AVERAGE_MS);
    idleShare += (tools.idleShare() - idleShare) * weight;
    lateMs += (late - lateMs) * weight;
  }

  /** Waits for the next moment to look, and returns how late it comes, in ms. */
  async function untilLook(): Promise<number> {
    const at = tools.now() + LOOK_MS;
    await tools.sleep(LOOK_MS);
    return Math.max(0, tools.now() - at);
  }

  function begin(order: ChunkOrder, claim: Taken['claim'] | null): void {
    const working: Promise<void> = tools.work(order, claim).finally(() => atWork.delete(working));
    atWork.add(working);
  }

  async function list(): Promise<void> {
    listedAt = tools.now();
    const known = new Map(runs.map((one) => [one.run.jobId, one]));
    const listed = await tools.listRuns();
    runs = listed.map((run) => ({ run, restsUntil: known.get(run.jobId)?.restsUntil ?? 0 }));
  }

  async function takeOne(): Promise<void> {
    if (tools.now() - listedAt >= LIST_MS) await list();
    const next = runs.find(({ restsUntil }) => restsUntil <= tools.now());
    if (!next) return;
    runs = [...runs.filter((one) => one !== next), next];
    const taken = await tools.next(next.run);
    if (taken) {
      urls += taken.claim.items.length;
      begin({ ...next.run, chunk: taken.chunk, requestId: taken.requestId }, taken.claim);
    } else next.restsUntil = tools.now() + REST_MS;
  }

  for (const order of batch) begin(order, null);
  while (atWork.size > 0) {
    if (tools.now() >= until || urls >= MAX_URLS) {
      await Promise.all(atWork);
    } else {
      looking ??= untilLook();
      const late = await Promise.race([...atWork, looking]);
      if (typeof late === 'number') {
        looking = null;
        look(late);
      }
      const hasRoom = idleShare >= MIN_IDLE_SHARE && lateMs <= MAX_LATE_MS && atWork.size < MAX_AT_ONCE;
      if (hasRoom) await takeOne();
    }
  }
}
