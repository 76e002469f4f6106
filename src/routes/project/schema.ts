import * as z from 'zod';
import { memberRole, VISIBILITIES } from '../../db/schema/project.ts';
import { label } from '../review/schema.ts';
import { id, text, timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

export const projectParams = once(() => z.object({ projectId: id('prj') }));

export const project = once(() =>
  z
    .object({
      id: z.string(),
      name: z.string(),
      description: z.string(),
      visibility: z.enum(VISIBILITIES).meta({
        description:
          'public: anybody may see it at /p/{projectId}, and its images at /p/{projectId}/{imageId}',
      }),
      role: z.enum(memberRole.enumValues).meta({ description: 'Your own role' }),
      labels: z
        .array(z.string())
        .meta({ description: 'Classes to choose from; the first nine have the keys 1 to 9' }),
      imageCount: z.int(),
      createdAt: timestamp(),
      updatedAt: timestamp(),
      deletedAt: timestamp().nullable().meta({ description: 'When it was moved to the bin' }),
    })
    .meta({ id: 'Project' }),
);

export const createProjectBody = once(() =>
  z.strictObject({
    name: text(1, 100),
    description: text(0, 2000).default(''),
  }),
);

export const changeProjectBody = once(() =>
  z
    .strictObject({
      name: text(1, 100).optional(),
      description: text(0, 2000).optional(),
      visibility: z
        .enum(VISIBILITIES)
        .optional()
        .meta({ description: 'Needs the role owner; not by an API key' }),
      labels: z
        .array(label())
        .max(50)
        .refine((labels) => new Set(labels).size === labels.length, 'names a label twice')
        .optional(),
    })
    .refine((change) => Object.keys(change).length > 0, 'names nothing to change'),
);

export const member = once(() =>
  z
    .object({
      userId: z.string(),
      name: z.string(),
      email: z.string(),
      role: z.enum(memberRole.enumValues),
      createdAt: timestamp(),
    })
    .meta({ id: 'Member' }),
);
