import { useEffect, useRef } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { liveRoom } from '../live/live-room.ts';

/**
 * Retries what could not reach the service as soon as the network is back, or the room, which also comes back from an
 * outage that the browser does not see.
 */
export function useRetryOnReturn(problem: Problem | null, retry: () => void): void {
  const newest = useRef(retry);
  newest.current = retry;
  const isUnreached = problem?.code === 'unreachable';

  useEffect(() => {
    if (!isUnreached) return;
    const again = () => newest.current();
    let before = liveRoom.status.value;
    const leaveRoom = liveRoom.status.subscribe((status) => {
      if (status === 'live' && before !== 'live') again();
      before = status;
    });
    window.addEventListener('online', again);
    return () => {
      leaveRoom();
      window.removeEventListener('online', again);
    };
  }, [isUnreached]);
}
