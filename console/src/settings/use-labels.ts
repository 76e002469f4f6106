import { useRef, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Project } from '../api/types.ts';
import { putProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { t } from '../strings.ts';

interface Change {
  labels: readonly string[];
  /** What is said of it once it is saved. */
  words: string;
  /** What Undo brings back, or null for the undoing itself. */
  before: readonly string[] | null;
}

interface Labels {
  /** As they will be when all that is on its way is saved. */
  labels: readonly string[];
  problem: Problem | null;
  save: (labels: readonly string[], words: string) => void;
}

/**
 * The labels of a project, saved at each change, with Undo. While one change is on its way, of those that follow only
 * the last is sent: each is a whole list.
 */
export function useLabels(project: Project): Labels {
  const [shown, setShown] = useState<readonly string[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isSending = useRef(false);
  const waiting = useRef<Change | null>(null);
  const labels = shown ?? project.labels;

  const pull = () => {
    const next = waiting.current;
    waiting.current = null;
    return next;
  };
  const take = async (change: Change) => {
    setShown(change.labels);
    waiting.current = change;
    if (isSending.current) return;
    isSending.current = true;
    setProblem(null);
    try {
      for (let next = pull(); next; next = pull()) {
        putProject(await api.updateProject(project.id, { labels: [...next.labels] }));
        tell(next);
      }
    } catch (error) {
      waiting.current = null;
      setProblem(problemOf(error));
    } finally {
      isSending.current = false;
      // From here on the project's own, also when a change was refused.
      setShown(null);
    }
  };
  const tell = ({ words, before }: Change) => {
    const undo =
      before && (() => void take({ labels: before, words: t.settings.labelsRestored, before: null }));
    // One at a time: what an older Undo brought back would be without the later changes.
    showToast(words, { about: [`labels of ${project.id}`], ...(undo && { undo }) });
  };
  return { labels, problem, save: (next, words) => void take({ labels: next, words, before: labels }) };
}
