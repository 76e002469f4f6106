import type { CrawlCoordinatorRpc, LeaseAnswer, LeaseRef } from '../crawl/coordinator.ts';

/** Results are written down, and leases prolonged, at least this often. */
const BEAT_MS = 1_000;

export interface Heartbeat {
  /** Prolongs a lease from now on, and says at each beat what came of it. Returns what ends that. */
  join(lease: LeaseRef, onBeat: (answer: Promise<LeaseAnswer>) => void): () => void;
}

/** Prolongs the leases of an invocation: one call a second to each coordinator, however many of its chunks there are. */
export function createHeartbeat(
  coordinatorOf: (jobId: string) => Pick<CrawlCoordinatorRpc, 'report'>,
): Heartbeat {
  const members = new Map<LeaseRef, (answer: Promise<LeaseAnswer>) => void>();
  let timer: ReturnType<typeof setInterval> | undefined;

  function beat(): void {
    for (const [jobId, leases] of Map.groupBy(members.keys(), (lease) => lease.jobId)) {
      const answers = coordinatorOf(jobId).report(leases);
      for (const [at, lease] of leases.entries())
        members.get(lease)?.(answers.then((all) => all[at] ?? 'stale'));
    }
  }

  return {
    join(lease, onBeat) {
      members.set(lease, onBeat);
      timer ??= setInterval(beat, BEAT_MS);
      return () => {
        members.delete(lease);
        if (members.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
