import { api } from '../api/endpoints.ts';
import { useResource } from '../state/use-resource.ts';
import type { FilterSources } from './filter-choices.ts';

/** Reads what the filters of a project offer. Without an answer they offer less; the gallery shows its own errors. */
export function useFilterSources(projectId: string): FilterSources & { reload: () => void } {
  const facets = useResource(projectId, (signal) => api.facets(projectId, signal));
  const jobs = useResource(projectId, (signal) => api.jobs(projectId, null, signal));
  return { facets: facets.data, jobs: jobs.data?.data ?? null, reload: facets.reload };
}
