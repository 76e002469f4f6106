import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Facets, Image } from '../api/types.ts';
import { conflate } from '../live/conflate.ts';
import { liveRoom } from '../live/live-room.ts';
import { windowClock } from '../live/timers.ts';
import { useResource } from '../state/use-resource.ts';
import type { FilterSources } from './filter-choices.ts';

/** A teammate who labels goes through many images; the lists need not follow each. */
const REFRESH_EVERY_MS = 4_000;

/** Whether the filters lack a label or a tag of reviewed images; null are images that an event does not list. */
export function lacks(
  facets: Facets | null,
  images: readonly Pick<Image, 'label' | 'tags'>[] | null,
): boolean {
  if (!facets || !images) return true;
  return images.some(
    ({ label, tags }) =>
      (label !== null && !facets.labels.includes(label)) || tags.some((tag) => !facets.tags.includes(tag)),
  );
}

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
      if (lacks(facets.current, images)) refresh.push();
    });
    return () => {
      leave();
      refresh.stop();
    };
  }, [projectId]);
  return { facets: facets.current, jobs: jobs.data?.data ?? null };
}
