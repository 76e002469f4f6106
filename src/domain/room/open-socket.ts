import type { RequestContext } from '../../context.ts';
import { AppError } from '../../errors/app-error.ts';
import { connectToRoom } from '../../rooms/connect.ts';
import type { TicketFault } from '../../rooms/ticket.ts';

/** A socket into the room, or what is wrong with the ticket: the object is not woken for that. */
export type OpenedSocket = { socket: WebSocket } | { fault: TicketFault };

/** The ticket stands for its holder: it names the guest, and nobody else is asked. Errors: `unavailable`. */
export async function openRoomSocket(
  ctx: RequestContext,
  projectId: string,
  ticket: string,
): Promise<OpenedSocket> {
  const { tickets, rooms, clock, settings } = ctx.services;
  const verdict = tickets.verify(ticket, projectId, clock.now());
  if ('fault' in verdict) return verdict;
  const retry = { retryAfter: 1 };
  try {
    const { webSocket } = await connectToRoom(rooms, projectId, verdict.guest, settings.deadlines.roomMs);
    if (webSocket) return { socket: webSocket };
  } catch (error) {
    throw new AppError('unavailable', 'The room does not answer.', { cause: error, ...retry });
  }
  throw new AppError('unavailable', 'The room does not answer.', retry);
}
