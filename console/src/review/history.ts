import type { Decision } from './decision.ts';
import type { Decided } from './image-state.ts';

/** What one press did; a bulk action of more images than fit into a call has several parts. */
export interface Step {
  parts: { decision: Decision; before: Record<string, Decided> }[];
}

/** As far back as anybody goes; each step of a bulk action holds what hundreds of images were. */
const MAX_STEPS = 200;

/** What can be undone and redone in each project, the last first. */
export function createHistory() {
  const stacks = new Map<string, { undo: Step[]; redo: Step[] }>();

  function of(projectId: string) {
    const known = stacks.get(projectId) ?? { undo: [], redo: [] };
    stacks.set(projectId, known);
    return known;
  }

  function take(steps: Step[], decisionId: string | undefined): Step | null {
    if (decisionId === undefined) return steps.pop() ?? null;
    const at = steps.findIndex(({ parts }) => parts.some(({ decision }) => decision.id === decisionId));
    return at < 0 ? null : (steps.splice(at, 1)[0] ?? null);
  }

  return {
    /** A new action; what was undone before can no longer be redone. */
    add(projectId: string, step: Step): void {
      const stack = of(projectId);
      stack.undo = [...stack.undo, step].slice(-MAX_STEPS);
      stack.redo = [];
    },
    pushUndo: (projectId: string, step: Step) => void of(projectId).undo.push(step),
    pushRedo: (projectId: string, step: Step) => void of(projectId).redo.push(step),
    /** The last step, or the one that holds a decision. */
    takeUndo: (projectId: string, decisionId?: string) => take(of(projectId).undo, decisionId),
    takeRedo: (projectId: string) => take(of(projectId).redo, undefined),
    /** What the images of a decision were when it was made; null when that is not known here. */
    beforeOf(decision: Decision): Readonly<Record<string, Decided>> | null {
      const { undo, redo } = of(decision.projectId);
      const parts = [...undo, ...redo].flatMap((step) => step.parts);
      return parts.find((part) => part.decision === decision)?.before ?? null;
    },
    /** Forgets a decision that changed nothing: an undo of it would seem to do nothing. */
    forget(decision: Decision): void {
      const stack = of(decision.projectId);
      const without = (steps: Step[]) =>
        steps.flatMap(({ parts }) => {
          const rest = parts.filter((part) => part.decision !== decision);
          return rest.length === 0 ? [] : [{ parts: rest }];
        });
      stack.undo = without(stack.undo);
      stack.redo = without(stack.redo);
    },
    canUndo: (projectId: string) => of(projectId).undo.length > 0,
    canRedo: (projectId: string) => of(projectId).redo.length > 0,
    clear: () => stacks.clear(),
  };
}
