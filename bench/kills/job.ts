import { type Api, untilEnded } from '../lib/api.ts';
import type { List } from './site.ts';

const KNOWN_LIMIT_MS = 120_000;
const START_LIMIT_MS = 120_000;
const AGAIN_MS = 300;

export interface Job {
  id: string;
  projectId: string;
  list: List;
}

/** A draft job for the list in a project of its own, which has one of the images already. */
export async function prepareJob(api: Api, list: List, signal: AbortSignal): Promise<Job> {
  const project = await api.call<{ id: string }>('/v1/projects', { name: 'Kills' });
  const draft = async (urls: string[]) =>
    await api.call<{ id: string }>(`/v1/projects/${project.id}/jobs`, { kind: 'urls', urls });
  const known = await draft([list.knownUrl]);
  await api.call(`/v1/jobs/${known.id}/start`, {});
  await untilEnded(api, known.id, KNOWN_LIMIT_MS, signal);
  const { id } = await draft(list.urls);
  return { id, projectId: project.id, list };
}

/** Starts a job through a Worker that may be killed meanwhile: asks until it is answered. */
export async function insistOnStart(api: Api, job: Job, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      await api.call(`/v1/jobs/${job.id}/start`, {});
      return;
    } catch (error) {
      if (performance.now() - started > START_LIMIT_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
