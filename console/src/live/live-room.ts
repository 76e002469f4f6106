import { createLiveRoom } from './create-live-room.ts';
import { windowClock } from './timers.ts';

/** The room of the project that the address names. The connection's code comes only when there is a room to enter. */
export const liveRoom = createLiveRoom({
  connect: async (projectId, listeners) => (await import('./connect.ts')).connect(projectId, listeners),
  after: windowClock.after,
  now: () => Date.now(),
  report: (error) => reportError(error),
});
