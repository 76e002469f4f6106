import * as z from 'zod';
import { timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

export const roomTicket = once(() =>
  z
    .object({
      ticket: z.string().meta({ description: 'Offered as a second subprotocol, within 5 minutes' }),
      expiresAt: timestamp(),
      url: z.string().meta({ description: 'The path of the socket' }),
    })
    .meta({ id: 'RoomTicket' }),
);
