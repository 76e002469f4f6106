import type { Problem } from '../api/problem.ts';
import type { Decision } from './decision.ts';

const MAX_IN_FLIGHT = 4;
/** The first retry comes within a second, later ones within at most 15 s of the failure. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15_000;
/** An error that the service explains again and again is no matter of waiting. */
const MAX_ANSWERED_ATTEMPTS = 6;
/** Codes that speak of the way to the service, or of its load, and not of the decision. */
const PASSING_CODES: readonly string[] = ['unreachable', 'unavailable', 'rate_limited'];

interface Waiting {
  decision: Decision;
  failures: number;
  isInFlight: boolean;
}

interface QueueParts {
  /** Makes the next call of a decision; true when it was the last. Throws what `problemOf` reads. */
  send: (decision: Decision) => Promise<boolean>;
  problemOf: (error: unknown) => Problem;
  /** For a problem that no retry will cure; the decision has left the queue. */
  onFailed: (decision: Decision, problem: Problem) => void;
  onChanged: () => void;
  /** Runs once after `ms`; returns what cancels it. */
  after: (ms: number, run: () => void) => () => void;
  random: () => number;
}

/** How long to wait after the n-th failure in a row (from 1), by full jitter: between none and the whole. */
export function retryDelay(failures: number, random: number): number {
  return random * Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
}

/**
 * Sends decisions: in order for each image, at most four at once. A wide one goes alone among those of its
 * project. While the service cannot be reached all wait, and the same call is made again.
 */
export function createQueue(parts: QueueParts) {
  let waiting: Waiting[] = [];
  let cancelPause: (() => void) | null = null;
  let isHalted = false;

  /** What may go out now, in the order in which it was decided. */
  function sendable(): Waiting[] {
    const takenImages = new Set<string>();
    const projects = new Set<string>();
    const barred = new Set<string>();
    return waiting.filter(({ decision, isInFlight }) => {
      const { projectId, images, isWide } = decision;
      const isFirst = isWide ? !projects.has(projectId) : images.every(({ id }) => !takenImages.has(id));
      const isKnown = decision.kind !== 'undo' || decision.todo !== null;
      const mayGo = isFirst && isKnown && !barred.has(projectId) && !isInFlight;
      projects.add(projectId);
      if (isWide) barred.add(projectId);
      for (const { id } of images) takenImages.add(id);
      return mayGo;
    });
  }

  function pause(failures: number): void {
    cancelPause?.();
    cancelPause = parts.after(retryDelay(failures, parts.random()), () => {
      cancelPause = null;
      pump();
    });
  }

  function remove(item: Waiting): void {
    waiting = waiting.filter((other) => other !== item);
  }

  function onError(item: Waiting, error: unknown): void {
    // Signed out meanwhile: it is nobody's any more here.
    if (!waiting.includes(item)) return;
    const problem = parts.problemOf(error);
    item.failures += 1;
    // Signed out: it goes on when the same person is back.
    if (problem.code === 'unauthenticated') isHalted = true;
    else if (
      problem.retryable &&
      (PASSING_CODES.includes(problem.code) || item.failures < MAX_ANSWERED_ATTEMPTS)
    )
      pause(item.failures);
    else {
      remove(item);
      parts.onFailed(item.decision, problem);
    }
  }

  async function work(item: Waiting): Promise<void> {
    item.isInFlight = true;
    try {
      const isLast = await parts.send(item.decision);
      item.failures = 0;
      if (isLast) remove(item);
    } catch (error) {
      onError(item, error);
    } finally {
      item.isInFlight = false;
      parts.onChanged();
      pump();
    }
  }

  function pump(): void {
    if (isHalted || cancelPause) return;
    const inFlight = waiting.filter(({ isInFlight }) => isInFlight).length;
    for (const item of sendable().slice(0, Math.max(0, MAX_IN_FLIGHT - inFlight))) void work(item);
  }

  return {
    add(...decisions: Decision[]): void {
      for (const decision of decisions) waiting.push({ decision, failures: 0, isInFlight: false });
      parts.onChanged();
      pump();
    },
    /** Takes out a decision that has become pointless. */
    drop(decision: Decision): void {
      waiting = waiting.filter((item) => item.decision !== decision);
    },
    list: (): Decision[] => waiting.map(({ decision }) => decision),
    has: (id: string): boolean => waiting.some(({ decision }) => decision.id === id),
    /** Whether decisions wait for the network rather than for their turn. */
    isAway: (): boolean => cancelPause !== null || waiting.some(({ failures }) => failures > 0),
    /** Tries at once, for the moment at which the network is back. */
    retryNow(): void {
      cancelPause?.();
      cancelPause = null;
      pump();
    },
    /** Stops sending and forgets; what is on its way arrives, but its answer changes nothing here. */
    clear(): void {
      cancelPause?.();
      cancelPause = null;
      isHalted = false;
      waiting = [];
    },
  };
}
