import { computed } from '@preact/signals';
import type { Job, Progress } from '../api/types.ts';
import { isUnderWay } from '../job/status-words.ts';
import { liveRoom } from './live-room.ts';

/** Whether the room tells of every change; while it does nothing is polled. */
export const isRoomLive = computed(() => liveRoom.status.value === 'live');

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

export const importPulse = computed(() => pulseOf(liveRoom.progress.value.values()));

/** Changes when an import comes to be known, or gets another status. */
export const importStatuses = computed(() =>
  [...liveRoom.progress.value.values()]
    .map(({ jobId, status }) => `${jobId} ${status}`)
    .sort()
    .join('\n'),
);

/** An import with what the room knows of it. */
export function withRoomProgress(job: Job): Job {
  const progress = isRoomLive.value ? liveRoom.progress.value.get(job.id) : undefined;
  if (!progress) return job;
  const { status, total, counts } = progress;
  return { ...job, status, total, counts };
}
