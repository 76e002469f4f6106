import { readFileSync } from 'node:fs';
import { membersOfGroup } from '../../dev/process/process-group.mjs';
import { openHeapProbe } from './heap.ts';

const EVERY_MS = 200;

/** The largest of the samples of each phase. */
export interface PhasePeak {
  phase: string;
  /** Bytes of all workerd processes: every isolate, and the simulators of R2, queues and storage. */
  resident: number;
  used: number;
  buffers: number;
  /** Of used and buffers together, at one moment. */
  together: number;
  samples: number;
}

export interface MemoryWatch {
  /** From now on samples belong to this phase. */
  enter(phase: string): void;
  /** Ends the watch. */
  stop(): Promise<PhasePeak[]>;
}

function residentOf(workerPid: number): number {
  let resident = 0;
  for (const pid of membersOfGroup(workerPid)) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      if (!status.startsWith('Name:\tworkerd')) continue;
      resident += Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
    } catch {
      // It ended between the list and the look.
    }
  }
  return resident;
}

/** Looks at the Worker's memory all the time. Linux only. */
export async function watchMemory(workerPid: number): Promise<MemoryWatch> {
  const probe = await openHeapProbe(workerPid);
  const peaks: PhasePeak[] = [];
  const over = new AbortController();
  const look = async () => {
    while (!over.signal.aborted) {
      const heap = await probe.read();
      const peak = peaks.at(-1);
      if (peak && heap) {
        peak.resident = Math.max(peak.resident, residentOf(workerPid));
        peak.used = Math.max(peak.used, heap.used);
        peak.buffers = Math.max(peak.buffers, heap.buffers);
        peak.together = Math.max(peak.together, heap.used + heap.buffers);
        peak.samples++;
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  };
  const looking = look();
  return {
    enter: (phase) => void peaks.push({ phase, resident: 0, used: 0, buffers: 0, together: 0, samples: 0 }),
    async stop() {
      over.abort();
      await looking;
      probe.close();
      return peaks;
    },
  };
}
