import * as z from 'zod';
import { PART_STATES, READINESS } from '../../domain/health/part.ts';
import { timestamp } from '../schema.ts';
import { once } from '../../lib/once.ts';

const ms = once(() => z.int().min(0));

const part = once(() =>
  z
    .object({
      state: z.enum(PART_STATES),
      latencyMs: ms().nullable(),
      lastError: z.string().nullable().meta({ description: 'The class of the error that it was found by' }),
    })
    .meta({ id: 'ReadinessPart' }),
);

/** What `GET /health/ready` answers, and what it tells in `current` when it refuses. */
export const instance = once(() =>
  z
    .object({
      id: z.string(),
      ageMs: ms(),
      memoryBytes: z.int().nullable(),
      cpuMs: ms().nullable(),
    })
    .meta({ description: 'The isolate that answers; null is what the platform does not say' }),
);

export const readiness = once(() =>
  z
    .object({
      status: z.enum(READINESS),
      parts: z.object({ primary: part(), replica: part(), redis: part(), media: part(), queue: part() }),
      drain: z
        .object({ since: timestamp(), until: timestamp() })
        .nullable()
        .meta({ description: 'While no traffic is to be sent here' }),
      replicaLag: z
        .object({ lagMs: ms().nullable(), measuredAt: timestamp() })
        .nullable()
        .meta({ description: 'As cron measured it last; lagMs is null when the replica did not answer' }),
      queues: z
        .array(z.object({ name: z.string(), backlog: z.int(), oldestAgeMs: ms().nullable() }))
        .nullable()
        .meta({ description: 'Messages that wait; null when the queue did not answer' }),
      openSockets: z
        .int()
        .nullable()
        .meta({ description: 'In all rooms, as counted within the last minutes; null when it is not known' }),
      crons: z
        .array(
          z.object({
            name: z.string(),
            startedAt: timestamp(),
            endedAt: timestamp().nullable(),
            ok: z.boolean().nullable(),
            error: z.string().nullable(),
          }),
        )
        .nullable()
        .meta({
          description: 'When each task of cron last began, and how the one that ended last has ended',
        }),
      breakers: z
        .array(z.object({ name: z.string(), state: z.enum(['closed', 'open', 'half-open']) }))
        .meta({ description: 'Of the isolate that answers: which parts it does not ask for a while' }),
      instance: instance(),
    })
    .meta({ id: 'Readiness' }),
);
