import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing, problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Job, Progress } from '../api/types.ts';
import { nextPollDelay } from '../job/poll-delay.ts';
import { isUnderWay } from '../job/status-words.ts';
import { isRoomLive } from '../live/imports.ts';
import { liveRoom } from '../live/live-room.ts';

interface FollowedJob {
  /** Both or neither are known. */
  known: { job: Job; progress: Progress } | null;
  /** Why the newest look failed; what was known stays. */
  problem: Problem | null;
}

function isNewer(progress: Progress, than: Progress): boolean {
  return Date.parse(progress.updatedAt) > Date.parse(than.updatedAt);
}

/**
 * Follows an import for as long as it moves by itself: through the room, or by looking again and again while the room
 * is away. A change of `round` looks again at once.
 */
export function useJob(jobId: string, round: number): FollowedJob {
  const [state, setState] = useState<FollowedJob>({ known: null, problem: null });
  const isLive = isRoomLive.value;

  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let failures = 0;
    let isLooking = false;
    let job: Job | null = null;
    let shown: Progress | null = null;

    const show = (progress: Progress, of: Job) => {
      shown = progress;
      if (!abort.signal.aborted) setState({ known: { job: of, progress }, problem: null });
    };
    const look = async (): Promise<number | null> => {
      const isHidden = document.hidden;
      try {
        const progress = await api.progress(jobId, abort.signal);
        // Why it ended, and what it was asked for, change only with the status.
        if (job?.status !== progress.status) job = await api.job(jobId, abort.signal);
        failures = 0;
        show(progress, job);
        const isFollowed = isLive && !takeFromRoom();
        return nextPollDelay({ isFinal: isFollowed || !isUnderWay(progress.status), failures, isHidden });
      } catch (error) {
        failures += 1;
        const problem = problemOf(error);
        if (!abort.signal.aborted) setState((old) => ({ ...old, problem }));
        return nextPollDelay({ isFinal: isMissing(problem), failures, isHidden });
      }
    };
    const tick = async () => {
      clearTimeout(timer);
      isLooking = true;
      const delay = await look();
      isLooking = false;
      timer = 0;
      if (delay !== null && !abort.signal.aborted) timer = window.setTimeout(() => void tick(), delay);
    };
    /** Shows what the room knows if it is newer; true when that asks for another look. */
    const takeFromRoom = (): boolean => {
      const progress = liveRoom.progress.value.get(jobId);
      if (!job || !shown || !progress || !isNewer(progress, shown)) return false;
      if (job.status !== progress.status) return true;
      show(progress, job);
      return false;
    };
    const onVisible = () => {
      if (document.hidden || isLooking || timer === 0) return;
      void tick();
    };

    void tick();
    const leaveRoom = isLive
      ? liveRoom.progressOf(jobId).subscribe(() => {
          if (takeFromRoom() && !isLooking) void tick();
        })
      : () => {};
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      abort.abort();
      clearTimeout(timer);
      leaveRoom();
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [jobId, round, isLive]);

  return state;
}
