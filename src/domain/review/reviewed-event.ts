import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import type { OutboxMessage } from '../../queues/outbox.ts';
import { roomEvent } from '../room/room-event.ts';
import { hasChanged, outcome } from './outcome.ts';

/** Above this the room tells only how many they are, and readers read again: its frames end at 64 KiB. */
const MAX_LISTED_CHARACTERS = 48_000;

/** Tells the project's room what was decided. */
export function reviewedEvent(ctx: RequestContext): OutboxMessage {
  const listed = sql`case when jsonb_array_length(${outcome} -> 'images') > 0
    and length(${outcome} ->> 'images') <= ${MAX_LISTED_CHARACTERS}::integer then ${outcome} -> 'images' end`;
  return roomEvent(ctx, {
    type: 'images.reviewed',
    data: sql`jsonb_build_object('reviewId', ${outcome} ->> 'reviewId',
      'count', (${outcome} ->> 'changed')::integer, 'images', ${listed})`,
    onlyIf: hasChanged,
  });
}
