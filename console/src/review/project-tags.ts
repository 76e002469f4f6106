import { signal } from '@preact/signals';
import { api } from '../api/endpoints.ts';

/** How long the tags of a project are taken for what they were. */
const FRESH_MS = 30_000;

/** The tags in use in the project that was asked for last. */
export const projectTags = signal<{ projectId: string; tags: readonly string[]; readAt: number } | null>(
  null,
);

/** Reads the tags of a project for suggestions; without an answer there are none, and typing still works. */
export async function loadProjectTags(projectId: string): Promise<void> {
  const known = projectTags.value;
  if (known?.projectId === projectId && Date.now() - known.readAt < FRESH_MS) return;
  try {
    const { tags } = await api.facets(projectId);
    projectTags.value = { projectId, tags, readAt: Date.now() };
  } catch {
    if (known?.projectId !== projectId) projectTags.value = null;
  }
}
