import { computed, signal } from '@preact/signals';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Member, Project } from '../api/types.ts';
import { createTurns } from './turns.ts';

interface ProjectState {
  projectId: string;
  project: Project | null;
  members: Member[];
  problem: Problem | null;
}

/** The project that the address names; null outside projects. */
export const currentProject = signal<ProjectState | null>(null);

/** Whether the reader's role allows to import, stop and delete. */
export const canEditProject = computed(() => {
  const role = currentProject.value?.project?.role;
  return role === 'owner' || role === 'editor';
});

/** Whether the reader's role allows to decide about images. */
export const canReviewProject = computed(() => {
  const role = currentProject.value?.project?.role;
  return role !== undefined && role !== 'viewer';
});

function update(projectId: string, change: Partial<ProjectState>): void {
  const current = currentProject.value;
  // An answer that arrives after the reader has moved on is dropped.
  if (current?.projectId === projectId) currentProject.value = { ...current, ...change };
}

// What is asked for again and again may be answered in another order: what was overtaken is not shown.
const factTurns = createTurns();
const teamTurns = createTurns();

/** Loads a project and its team once; a second call for the same id refreshes the facts in place. */
export async function openProject(projectId: string): Promise<void> {
  if (currentProject.value?.projectId !== projectId) {
    currentProject.value = { projectId, project: null, members: [], problem: null };
  }
  const turns = { facts: factTurns.take(), team: teamTurns.take() };
  const [project, members] = await Promise.allSettled([api.project(projectId), api.members(projectId)]);
  if (project.status === 'fulfilled') {
    const isNews = factTurns.accept(turns.facts);
    update(projectId, { ...(isNews && { project: project.value }), problem: null });
  } else {
    const problem = problemOf(project.reason);
    const isKnown = currentProject.value?.projectId === projectId && currentProject.value.project !== null;
    // A page that is there does not give way to a network that is not.
    if (!isKnown || !problem.retryable) update(projectId, { problem });
  }
  // The team is an ornament of the bar: without it everything else still works.
  if (members.status === 'fulfilled' && teamTurns.accept(turns.team))
    update(projectId, { members: members.value.data });
}

/** Shows the facts that a change has answered with. */
export function putProject(project: Project): void {
  factTurns.accept(factTurns.take());
  update(project.id, { project });
}

/** Reads the facts again, such as the number of images; without an answer the old ones stay. */
export async function refreshProject(projectId: string): Promise<void> {
  const turn = factTurns.take();
  try {
    const project = await api.project(projectId);
    if (factTurns.accept(turn)) update(projectId, { project });
  } catch {
    // The next refresh comes by itself, and the screen already shows its own errors.
  }
}

export function forgetProject(): void {
  currentProject.value = null;
}
