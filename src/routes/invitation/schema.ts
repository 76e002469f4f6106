import * as z from 'zod';
import { memberRole } from '../../db/schema/project.ts';
import { id, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

const MAX_DAYS = 30;
const DEFAULT_DAYS = 7;

const role = once(() => z.enum(memberRole.enumValues));
const person = once(() => z.object({ id: z.string(), name: z.string() }));

export const invitationParams = once(() => z.object({ projectId: id('prj'), invitationId: id('inv') }));

export const createInvitationBody = once(() =>
  z.strictObject({
    role: role(),
    expiresInDays: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
  }),
);

export const tokenBody = once(() => z.strictObject({ token: z.string().min(1).max(200) }));

export const invitation = once(() =>
  z
    .object({
      id: z.string(),
      role: role(),
      createdBy: person(),
      createdAt: timestamp(),
      expiresAt: timestamp(),
      usedAt: timestamp().nullable(),
      usedBy: person().nullable(),
    })
    .meta({ id: 'Invitation' }),
);

export const madeInvitation = once(() =>
  invitation().extend({
    token: z.string().meta({ description: 'In this reply only; the link is /join#{token} of the console' }),
  }),
);

export const offer = once(() =>
  z
    .object({ projectName: z.string(), role: role(), invitedBy: z.string(), isMember: z.boolean() })
    .meta({ id: 'InvitationOffer' }),
);

export const joined = once(() =>
  z.object({
    projectId: z.string(),
    role: role().meta({ description: 'Your own now; never lower than before' }),
  }),
);
