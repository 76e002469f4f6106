import { countSockets } from '../../src/domain/room/count-sockets.ts';
import { noteCut } from '../../src/domain/room/note-cut.ts';
import { configOf } from '../../src/env.ts';
import { describeError, logEvent } from '../../src/observability/logger.ts';
import { openScope } from '../../src/resilience/call-scope.ts';
import { createServices, type Services } from '../../src/services.ts';

/** What a room tells of itself, for who looks after the whole installation. */
export interface Reports {
  tellCount(sockets: number): void;
  tellDrained(outcome: { id: string; sockets: number; cut: number }): void;
}

/**
 * Reports of one room to Postgres and to the log. Fails open: nobody in the room waits for them, what was not taken is
 * logged, and the next count comes within two minutes.
 */
export function createReports(
  projectId: string,
  env: object,
  keepGoing: (work: Promise<void>) => void,
): Reports {
  let isCounting = false;
  /** The newest count that was not told yet. */
  let next: number | null = null;

  async function report(work: (services: Services) => Promise<void>): Promise<void> {
    try {
      const result = configOf(env);
      if (result.ok) await work(createServices(result.config, openScope('room')));
    } catch (error) {
      logEvent('warn', 'room_unreported', { room: projectId, ...describeError(error) });
    }
  }

  /** One after the other, or an older count might come last. */
  async function tellCounts(): Promise<void> {
    if (isCounting) return;
    isCounting = true;
    while (next !== null) {
      const sockets = next;
      next = null;
      await report(async (services) => await countSockets(services, projectId, sockets));
    }
    isCounting = false;
  }

  return {
    tellCount(sockets) {
      next = sockets;
      keepGoing(tellCounts());
    },
    tellDrained({ id, sockets, cut }) {
      logEvent('info', 'room_drained', { room: projectId, drain: id, sockets, cut });
      if (cut > 0) keepGoing(report(async (services) => await noteCut(services, id, cut)));
    },
  };
}
