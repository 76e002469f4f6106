import { createLiveRoom } from './create-live-room.ts';
import { windowClock } from './timers.ts';

/** The room of the project that the address names. The connection's code comes only when there is a room to enter. */
export const liveRoom = createLiveRoom({
  load: async () => (await import('./connect.ts')).connect,
  after: windowClock.after,
  now: () => Date.now(),
  report: (error) => reportError(error),
});
