import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Job } from '../api/types.ts';
import { nextPollDelay } from '../job/poll-delay.ts';
import { isUnderWay } from '../job/status-words.ts';
import { checkFreshImages } from './gallery-store.ts';
import type { GalleryStore } from './gallery-store.ts';
import { refreshProject } from './project.ts';

const LIVE_POLL_MS = 3_000;

/**
 * The running import of a project, or null. While one runs, new images are looked for every 3 s; once more
 * when it ends and when the tab is shown again.
 */
export function useLiveGallery(store: GalleryStore): Job | null {
  const [running, setRunning] = useState<Job | null>(null);

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
      let delay: number | null;
      try {
        const active = await look();
        failures = 0;
        if (!abort.signal.aborted) setRunning(active);
        delay = active ? LIVE_POLL_MS : null;
      } catch {
        // The gallery shows its own errors; a missed look is only later news.
        failures += 1;
        delay = nextPollDelay({ isFinal: false, failures, isHidden: document.hidden });
      }
      if (delay !== null && !abort.signal.aborted) timer = window.setTimeout(() => void tick(), delay);
    };
    const onVisible = () => {
      if (document.visibilityState !== 'visible') return;
      clearTimeout(timer);
      void tick();
    };

    void tick();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [store]);

  return running;
}
