import * as z from 'zod';
import { memberRole, VISIBILITIES } from '../../db/schema/project.ts';
import { id, text, timestamp } from '../schema.ts';

export const projectParams = z.object({ projectId: id('prj') });

export const project = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    visibility: z
      .enum(VISIBILITIES)
      .meta({ description: 'public: anybody may fetch its images at /p/{projectId}/{imageId}' }),
    role: z.enum(memberRole.enumValues).meta({ description: 'Your own role' }),
    imageCount: z.int(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Project' });

export const createProjectBody = z.strictObject({
  name: text(1, 100),
  description: text(0, 2000).default(''),
});

export const changeProjectBody = z
  .strictObject({
    name: text(1, 100).optional(),
    description: text(0, 2000).optional(),
    visibility: z.enum(VISIBILITIES).optional().meta({ description: 'Needs the role owner' }),
  })
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change');

export const member = z
  .object({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(memberRole.enumValues),
    createdAt: timestamp,
  })
  .meta({ id: 'Member' });
