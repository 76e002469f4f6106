/** The protocol of a job's coordinator: all that the Worker knows of the object. */
import type { JobOptions } from './job-options.ts';

export interface RunRef {
  jobId: string;
  /** The run of the job; a call of an earlier one is answered with `stale`. */
  epoch: number;
  /** Of the request that began the run or took it up again; absent or null where that is not known. */
  requestId?: string | null | undefined;
}

export interface ChunkRef extends RunRef {
  chunk: number;
}

export interface LeaseRef extends ChunkRef {
  leaseId: string;
}

export interface ChunkItem {
  position: number;
  /** Canonical. */
  url: string;
  /** Of one that waits for another try: when that is due, in ms since 1970. */
  notBefore?: number;
}

/** Everything but `run` is to be acknowledged: nothing relies on a redelivery by the queue. */
export type Claim =
  /** `holdMs`: how far ahead a turn may lie that is waited for under the lease. */
  | {
      kind: 'run';
      leaseId: string;
      attempt: number;
      items: ChunkItem[];
      options: JobOptions;
      holdMs: number;
    }
  | { kind: 'done' | 'stopped' | 'stale' | 'busy' };

/** `stop`: finish what is in hand and call `finish`; `stale`: the lease is somebody else's. */
export type LeaseAnswer = 'go' | 'stop' | 'stale';

/** A chunk that is worked on without its message. */
export interface Taken {
  chunk: number;
  requestId: string | null;
  claim: Extract<Claim, { kind: 'run' }>;
}

export interface CrawlCoordinatorRpc {
  /** Begins a run, or looks after it again; repeating it does no harm. */
  start(run: RunRef): Promise<void>;
  /** Looks for what was handed out and then lost, in a job that has gone silent. */
  revive(run: RunRef): Promise<void>;
  /** Hands out no more, and ends the job once nothing is worked on, after 20 s at the latest. */
  stop(run: RunRef): Promise<void>;
  claim(chunk: ChunkRef): Promise<Claim>;
  /** A chunk whose message is still on its way, for who has connections to spare; null when there is none. */
  next(run: RunRef): Promise<Taken | null>;
  /** Prolongs leases, and answers in their order. */
  report(leases: LeaseRef[]): Promise<LeaseAnswer[]>;
  /** Gives the chunk back until `until` (ms since 1970), when its next host may be asked; not a failed try. */
  park(lease: LeaseRef, until: number, left: ChunkItem[]): Promise<void>;
  /** The chunk is closed; `dueAt` (ms since 1970) is when a child chunk is, if there is one. */
  finish(lease: LeaseRef, job: { hasEnded: boolean; dueAt: number | null }): Promise<void>;
  /**
   * Our own parts failed. The chunk is handed out again after a pause with the items that are `left`; what is no outage,
   * a few times only. With none left it is handed out once more all the same, as somebody has to close it.
   */
  fail(lease: LeaseRef, fault: { message: string; isOutage: boolean }, left: ChunkItem[]): Promise<void>;
}

export type CoordinatorNamespace = DurableObjectNamespace<CrawlCoordinatorRpc & Rpc.DurableObjectBranded>;

export function coordinatorOf(namespace: CoordinatorNamespace, jobId: string): CrawlCoordinatorRpc {
  return namespace.get(namespace.idFromName(jobId));
}
