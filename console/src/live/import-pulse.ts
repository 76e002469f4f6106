import type { Progress } from '../api/types.ts';
import { isUnderWay } from '../job/status-words.ts';

/** Changes when an import adds images, begins or ends. */
export function pulseOf(all: Iterable<Progress>): string {
  let stored = 0;
  const moving: string[] = [];
  for (const { jobId, status, counts } of all) {
    stored += counts.stored;
    if (isUnderWay(status)) moving.push(jobId);
  }
  return `${stored} ${moving.sort().join(' ')}`;
}
