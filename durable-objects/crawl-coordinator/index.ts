import { DurableObject } from 'cloudflare:workers';
import * as z from 'zod';
import type {
  ChunkItem,
  ChunkRef,
  Claim,
  CrawlCoordinatorRpc,
  LeaseAnswer,
  LeaseRef,
  RunRef,
  Taken,
} from '../../src/crawl/coordinator.ts';
import { bookingOf, cancelTurns, hostGateFor } from '../../src/crawl/host-gate.ts';
import { laneLimitFor } from '../../src/crawl/lane.ts';
import { endStop } from '../../src/domain/crawl/end-stop.ts';
import { failChunk } from '../../src/domain/crawl/fail-chunk.ts';
import { replan } from '../../src/domain/crawl/replan.ts';
import { resetRun } from '../../src/domain/crawl/reset-run.ts';
import { restChunk } from '../../src/domain/crawl/rest-chunk.ts';
import { takeChunks } from '../../src/domain/crawl/take-chunks.ts';
import { takeSources } from '../../src/domain/crawl/take-sources.ts';
import { reportProgress } from '../../src/domain/job/report-progress.ts';
import { configOf } from '../../src/env.ts';
import { sendAll } from '../../src/lib/send-all.ts';
import { describeError, logEvent } from '../../src/observability/logger.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices, type Services } from '../../src/services.ts';
import { Board } from './board.ts';
import { FIRST_TURN, goOn, type LaneTurn } from './lane-turn.ts';
import { createSqlBoardStorage } from './sql-board-storage.ts';
import { once } from '../../src/lib/once.ts';

/** A stop that waits for consumers longer than this goes on without them. */
const STOP_LIMIT_MS = 20_000;
/** The pause after a fault of the database or the queue. */
const AGAIN_MS = 5_000;
/** Pages and sitemaps looked at together. */
const SOURCES_AT_A_TIME = 10;
/** Said of a chunk that is given up. */
const SPENT = 'its consumer broke every time';
/** After a retry was planned, its URLs are handed out this much later. */
const PLANNING_LOOK_MS = 200;
/** What waits longer than this for nothing but another try of its URLs does so in Postgres: a host's places are few. */
const REST_MS = 60_000;
/** A job under way is looked after this often, whatever else is known of it. */
const LOOK_MS = 60_000;

const run = once(() =>
  z.object({
    jobId: z.string(),
    epoch: z.number(),
    /** Of the request that began it, or took it up again. */
    requestId: z.string().nullable().default(null),
    /** The job's options, as the last chunks came with them. */
    options: z.looseObject({}),
    /** Where the last round over the hosts ended. */
    lane: z.string(),
    /** Ms since 1970 by which a stop ends; null while the job is not to stop. */
    stopBy: z.number().nullable(),
  }),
);
type Run = z.infer<ReturnType<typeof run>>;

/**
 * Hands out the chunks of one job and watches over them: leases, a window, a timer for what is late, stop. Postgres
 * is the truth about URLs and chunks; an object that has lost everything is rebuilt from there by `start`.
 */
export class CrawlCoordinator extends DurableObject<object> implements CrawlCoordinatorRpc {
  readonly #board: Board;
  #run: Run | null;
  #made: Services | null = null;
  /** When Postgres has something due, in ms since 1970; 0 for now, null for never. */
  #nextPlannedAt: number | null = 0;
  /** Postgres had less than there was room for, and no host held anything back. */
  #isDrained = false;
  #takenAt = 0;
  #turn: LaneTurn = FIRST_TURN;
  /** After a fault no round comes before this; ms since 1970. */
  #againAt = 0;
  /** Rounds run one after another. */
  #round: Promise<void> = Promise.resolve();
  #isRoundWaiting = false;

  constructor(state: DurableObjectState, env: object) {
    super(state, env);
    this.#board = new Board(createSqlBoardStorage(state.storage.sql));
    const kept = state.storage.kv.get('run');
    this.#run = kept === undefined ? null : run().parse(kept);
  }

  async start(ref: RunRef): Promise<void> {
    await this.#inOrder(async () => {
      if (this.#run && this.#run.epoch > ref.epoch) return;
      if (this.#run?.epoch !== ref.epoch && !(await this.#adopt(ref))) return;
      this.#note(ref);
      this.#nextPlannedAt = 0;
      this.#isDrained = false;
      await this.#look();
    });
  }

  async revive(ref: RunRef): Promise<void> {
    await this.#inOrder(async () => {
      // The answer to `takeChunks` may have been lost: Postgres says sent, and nobody knows the chunk.
      if (this.#run?.epoch === ref.epoch)
        await resetRun(this.#services().db.service, this.#run, this.#board.numbers);
    });
    await this.start(ref);
  }

  async stop(ref: RunRef): Promise<void> {
    await this.start(ref);
    if (this.#run?.epoch !== ref.epoch) return;
    this.#keep({ ...this.#run, stopBy: this.#run.stopBy ?? Date.now() + STOP_LIMIT_MS });
    await this.#inOrder(() => this.#look());
  }

  async claim(ref: ChunkRef): Promise<Claim> {
    if (this.#run?.epoch !== ref.epoch) return { kind: 'stale' };
    if (this.#run.stopBy !== null) return { kind: 'stopped' };
    return this.#board.claim(ref.chunk, crypto.randomUUID(), this.#run.options, Date.now());
  }

  async next(ref: RunRef): Promise<Taken | null> {
    if (this.#run?.epoch !== ref.epoch || this.#run.stopBy !== null) return null;
    const taken = this.#board.next(crypto.randomUUID(), this.#run.options, Date.now());
    return taken && { ...taken, requestId: this.#run.requestId };
  }

  async report(leases: LeaseRef[]): Promise<LeaseAnswer[]> {
    return leases.map(({ epoch, chunk, leaseId }) => {
      if (this.#run?.epoch !== epoch || !this.#board.prolong(chunk, leaseId, Date.now())) return 'stale';
      return this.#run.stopBy === null ? 'go' : 'stop';
    });
  }

  async park(lease: LeaseRef, until: number, left: ChunkItem[]): Promise<void> {
    if (this.#run?.epoch !== lease.epoch) return;
    if (!this.#board.park(lease.chunk, lease.leaseId, until, left)) return;
    const isResting = left.every(({ notBefore = 0 }) => notBefore >= until);
    if (isResting && until > Date.now() + REST_MS) await this.#rest(lease, until);
    this.#lookForMore();
  }

  async finish(lease: LeaseRef, job: { hasEnded: boolean; dueAt: number | null }): Promise<void> {
    if (this.#run?.epoch !== lease.epoch) return;
    if (job.hasEnded) return await this.#forget(this.#run);
    if (!this.#board.finish(lease.chunk, lease.leaseId)) return;
    if (job.dueAt !== null) this.#expect(job.dueAt);
    this.#lookForMore();
  }

  async fail(
    lease: LeaseRef,
    fault: { message: string; isOutage: boolean },
    left: ChunkItem[],
  ): Promise<void> {
    if (this.#run?.epoch !== lease.epoch) return;
    this.#board.fail(lease.chunk, lease.leaseId, fault.isOutage, left, Date.now());
    this.#lookSoon();
  }

  override async alarm(): Promise<void> {
    if (Date.now() - this.#takenAt >= LOOK_MS) this.#nextPlannedAt = 0;
    await this.#inOrder(() => this.#look());
  }

  /** Takes over a run that it does not know. False when that run is over. */
  async #adopt(ref: RunRef): Promise<boolean> {
    const status = await resetRun(this.#services().db.service, ref, []);
    if (status === null) return false;
    this.#board.clear();
    this.#turn = FIRST_TURN;
    const stopBy = status === 'stopping' ? Date.now() + STOP_LIMIT_MS : null;
    const { jobId, epoch, requestId = null } = ref;
    this.#keep({ jobId, epoch, requestId, options: {}, lane: '', stopBy });
    return true;
  }

  /** Made once an instance. */
  #services(): Services {
    if (this.#made) return this.#made;
    const config = configOf(this.env);
    if (!config.ok) throw new Error('The coordinator is not configured');
    this.#made = createServices(config.config, openScope('CrawlCoordinator'));
    return this.#made;
  }

  /** What is done from here on is done for the request that has asked last. */
  #note({ requestId }: RunRef): void {
    if (this.#run && requestId && this.#run.requestId !== requestId) this.#keep({ ...this.#run, requestId });
  }

  #keep(next: Run): void {
    this.#run = next;
    this.ctx.storage.kv.put('run', next);
  }

  /** Hands a parked chunk back to Postgres; on a fault of that it stays parked. */
  async #rest(chunk: ChunkRef, until: number): Promise<void> {
    await restChunk(this.#services().db.service, chunk, until);
    if (this.#run?.epoch !== chunk.epoch) return;
    this.#board.drop(chunk.chunk);
    this.#expect(until);
  }

  /** Gives up what nobody works on, and the turns that it has booked: other jobs are waiting for them. */
  #dropIdle(current: Run): void {
    const { hostGates } = this.#services();
    const gateFor = (origin: string) => hostGateFor(hostGates, origin);
    for (const { chunk, items } of this.#board.dropUnleased()) {
      const urls = items.map(({ url }) => url);
      this.ctx.waitUntil(cancelTurns(gateFor, bookingOf({ ...current, chunk }), urls));
    }
  }

  /** The run is over. */
  async #forget(current: Run): Promise<void> {
    this.#dropIdle(current);
    this.#run = null;
    this.#board.clear();
    await this.ctx.storage.deleteAlarm();
    this.ctx.storage.kv.delete('run');
  }

  async #inOrder(work: () => Promise<void>): Promise<void> {
    const mine = this.#round.then(work);
    this.#round = mine.catch(() => undefined);
    await mine;
  }

  /** Postgres has something due at `at`, ms since 1970. */
  #expect(at: number): void {
    this.#nextPlannedAt = Math.min(this.#nextPlannedAt ?? Infinity, at);
  }

  /** There is room again. */
  #lookForMore(): void {
    if (!this.#isDrained) this.#nextPlannedAt = 0;
    this.#lookSoon();
  }

  /** Looks once more after the round under way, however often it is asked to meanwhile. */
  #lookSoon(): void {
    if (this.#isRoundWaiting) return;
    this.#isRoundWaiting = true;
    this.ctx.waitUntil(
      this.#inOrder(async () => {
        this.#isRoundWaiting = false;
        await this.#look();
      }),
    );
  }

  /** One round: sends what is due, hands out what there is room for, ends a stop, and sets the alarm. */
  async #look(): Promise<void> {
    const current = this.#run;
    if (!current) return;
    try {
      this.#againAt = 0;
      if (current.stopBy === null) await this.#handOut(current);
      else await this.#finishStop(current, current.stopBy);
    } catch (error) {
      const { jobId, requestId } = current;
      logEvent('warn', 'coordinator_round_failed', { jobId, requestId, ...describeError(error) });
      this.#againAt = Date.now() + AGAIN_MS;
      this.#nextPlannedAt = this.#againAt;
    }
    if (this.#run) await this.#setAlarm(this.#run);
  }

  async #finishStop(current: Run, stopBy: number): Promise<void> {
    this.#dropIdle(current);
    if (this.#board.leased > 0 && Date.now() < stopBy) return;
    await endStop(this.#services().db.service, current);
    await this.#forget(current);
    this.ctx.waitUntil(reportProgress(this.#services(), current.jobId, current.requestId));
  }

  async #handOut(current: Run): Promise<void> {
    const services = this.#services();
    const { send, spent } = this.#board.takeDue(Date.now());
    await this.#send(current, send);
    for (const { chunk } of spent) {
      const recorded = await failChunk(services.db.service, { ...current, chunk }, SPENT);
      this.#board.drop(chunk);
      this.ctx.waitUntil(reportProgress(this.#services(), current.jobId, current.requestId));
      const { jobId, requestId } = current;
      logEvent('error', 'crawl_dead_letter', { jobId, chunk, requestId, items: recorded.written });
      this.#nextPlannedAt = 0;
    }
    if (this.#nextPlannedAt !== null && this.#nextPlannedAt <= Date.now())
      await this.#send(current, await this.#take(current));
  }

  async #send({ jobId, epoch, requestId }: Run, chunks: number[]): Promise<void> {
    await sendAll(
      this.#services().crawlQueue,
      chunks.map((chunk) => ({
        v: 1 as const,
        jobId,
        epoch,
        chunk,
        requestId,
        ...(this.#board.isSuspect(chunk) && { isSuspect: true }),
      })),
    );
  }

  /** Takes as many chunks from Postgres as there is room for; looks for URLs first when the job is at that. */
  async #take(current: Run): Promise<number[]> {
    const { room } = this.#board;
    if (room === 0) return [];
    const { config, db } = this.#services();
    const laneLimit = laneLimitFor(config.CRAWL_REQUESTS_PER_SECOND);
    const busy = this.#board.busyLanes;
    // What comes up while Postgres answers is added to what it says.
    this.#nextPlannedAt = null;
    const taken = await takeChunks(db.service, {
      ...current,
      wanted: room,
      busy,
      lane: current.lane,
      laneLimit: this.#turn.isDeep ? laneLimit : 1,
    });
    if (taken.status === 'planning') {
      this.#expect(0);
      await this.#plan(current);
      return [];
    }
    if (taken.status === 'stopping') {
      this.#keep({ ...current, stopBy: Date.now() + STOP_LIMIT_MS });
      return [];
    }
    if (taken.status !== 'queued' && taken.status !== 'running') {
      await this.#forget(current);
      return [];
    }
    this.#board.add(taken.chunks, Date.now());
    this.#keep({ ...current, options: { ...taken.options }, lane: taken.lane ?? '' });
    this.#takenAt = Date.now();
    const { turn, isOver, nextAt } = goOn(this.#turn, taken, room);
    this.#turn = turn;
    if (nextAt !== null) this.#expect(nextAt);
    this.#isDrained =
      isOver &&
      taken.chunks.length < room &&
      Object.values(this.#board.busyLanes).every((chunks) => chunks < laneLimit);
    return taken.chunks.map(({ chunk }) => chunk);
  }

  /** Resets what a retry takes up again, or sends out the pages and sitemaps to look for URLs in. */
  async #plan(current: Run): Promise<void> {
    const services = this.#services();
    // Another slice is left: the next round follows at once.
    if (!(await replan(services.db.service, current))) return;
    const { sources, nextDueAt } = await takeSources(services.db.service, {
      ...current,
      wanted: SOURCES_AT_A_TIME,
    });
    await sendAll(
      services.discoverQueue,
      sources.map((source) => {
        const { jobId, epoch, requestId } = current;
        return { v: 1 as const, jobId, epoch, source, requestId };
      }),
    );
    // The last page or sitemap calls `start` when it is done.
    this.#nextPlannedAt = nextDueAt ?? Date.now() + PLANNING_LOOK_MS;
  }

  async #setAlarm(current: Run): Promise<void> {
    const times = [Date.now() + LOOK_MS];
    if (current.stopBy !== null) times.push(current.stopBy);
    else {
      if (this.#board.nextDueAt !== null) times.push(this.#board.nextDueAt);
      if (this.#nextPlannedAt !== null && this.#board.room > 0) times.push(this.#nextPlannedAt);
    }
    // The platform takes no 0 for now.
    await this.ctx.storage.setAlarm(Math.max(Math.min(...times), this.#againAt, Date.now()));
  }
}
