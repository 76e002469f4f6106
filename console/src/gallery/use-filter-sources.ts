import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Facets } from '../api/types.ts';
import { conflate } from '../live/conflate.ts';
import { liveRoom } from '../live/live-room.ts';
import { windowClock } from '../live/timers.ts';
import { useResource } from '../state/use-resource.ts';
import { lacksOf } from './filter-choices.ts';
import type { FilterSources } from './filter-choices.ts';

/** A teammate who labels goes through many images; the lists need not follow each. */
const REFRESH_EVERY_MS = 4_000;

/**
 * Reads what the filters of a project offer, and again when somebody gives a label or a tag that is new. Without an
 * answer they offer less; the gallery shows its own errors.
 */
export function useFilterSources(projectId: string): FilterSources {
  const read = useResource(projectId, (signal) => api.facets(projectId, signal));
  const jobs = useResource(projectId, (signal) => api.jobs(projectId, null, signal));
  // What was offered stays while it is read again.
  const facets = useRef<Facets | null>(null);
  facets.current = read.data ?? facets.current;

  useEffect(() => {
    const refresh = conflate<void>(read.reload, { everyMs: REFRESH_EVERY_MS, clock: windowClock });
    const leave = liveRoom.onRoomEvent('images.reviewed', ({ images }) => {
      if (lacksOf(facets.current, images)) refresh.push();
    });
    return () => {
      leave();
      refresh.stop();
    };
  }, [projectId]);
  return { facets: facets.current, jobs: jobs.data?.data ?? null };
}
