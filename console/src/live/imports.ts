import { computed } from '@preact/signals';
import type { Job } from '../api/types.ts';
import { pulseOf } from './import-pulse.ts';
import { liveRoom } from './live-room.ts';

/** Whether the room tells of every change; while it does nothing is polled. */
export const isRoomLive = computed(() => liveRoom.status.value === 'live');

/** Changes when an import adds images, begins or ends. */
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
