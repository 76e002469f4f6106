import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Job } from '../api/types.ts';
import { nextPollDelay } from '../job/poll-delay.ts';
import { isUnderWay } from '../job/status-words.ts';
import { conflate } from '../live/conflate.ts';
import { importPulse, isRoomLive } from '../live/imports.ts';
import { windowClock } from '../live/timers.ts';
import { checkFreshImages } from './gallery-store.ts';
import type { GalleryStore } from './gallery-store.ts';
import { refreshProject } from './project.ts';

const LOOK_EVERY_MS = 3_000;

/**
 * The running import of a project, or null. New images are looked for when the room says that an import has added
 * some; while the room is away, every 3 s as long as an import runs, and once more when it ends. Also when the tab is
 * shown again.
 */
export function useLiveGallery(store: GalleryStore): Job | null {
  const [running, setRunning] = useState<Job | null>(null);
  const isLive = isRoomLive.value;

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let failures = 0;

    const look = async () => {
      const jobs = await api.jobs(store.projectId, null, abort.signal);
      const active = jobs.data.find(({ status }) => isUnderWay(status)) ?? null;
      await Promise.all([checkFreshImages(store, abort.signal), refreshProject(store.projectId)]);
      return active;
    };
    const tick = async () => {
      clearTimeout(timer);
      let delay: number | null;
      try {
        const active = await look();
        failures = 0;
        if (!abort.signal.aborted) setRunning(active);
        delay = active && !isLive ? LOOK_EVERY_MS : null;
      } catch {
        // The gallery shows its own errors; a missed look is only later news.
        failures += 1;
        delay = nextPollDelay({ isFinal: false, failures, isHidden: document.hidden });
      }
      if (delay !== null && !abort.signal.aborted) timer = window.setTimeout(() => void tick(), delay);
    };
    const looks = conflate<void>(() => void tick(), { everyMs: LOOK_EVERY_MS, clock: windowClock });
    const onVisible = () => {
      if (document.visibilityState === 'visible') looks.push();
    };

    looks.push();
    let pulse = importPulse.value;
    const leaveRoom = importPulse.subscribe((next) => {
      // In a hidden tab it waits until somebody looks.
      if (isLive && next !== pulse && !document.hidden) looks.push();
      pulse = next;
    });
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      abort.abort();
      clearTimeout(timer);
      looks.stop();
      leaveRoom();
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [store, isLive]);

  return running;
}
