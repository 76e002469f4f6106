import { sql } from 'drizzle-orm';
import type { ChunkItem, RunRef } from '../../crawl/coordinator.ts';
import type { JobOptions } from '../../crawl/job-options.ts';
import { callService } from '../../db/call-service.ts';
import type { Database } from '../../db/client.ts';

interface TakeChunksInput extends RunRef {
  wanted: number;
  /** Chunks of each lane that are out. */
  busy: Record<string, number>;
  /** Where the last call ended. */
  lane: string;
  laneLimit: number;
}

export interface TakenChunks {
  /** Null when the job is gone or of another run. */
  status: string | null;
  chunks: { chunk: number; lane: string; attempt: number; items: ChunkItem[] }[];
  options?: JobOptions;
  lane?: string;
  /** Lanes are left to look at from `lane` on, and there is room. */
  more?: boolean;
  /** It has passed the last lane and begun anew with the first. */
  hasWrapped?: boolean;
  /** Ms since 1970. */
  nextDueAt?: number | null;
}

/** Hands out chunks that are due, going round the hosts. */
export async function takeChunks(service: Database, input: TakeChunksInput): Promise<TakenChunks> {
  return await callService(
    service,
    input.requestId ?? 'coordinator',
    sql`app.take_chunks(${input.jobId}, ${input.epoch}, ${input.wanted}, ${JSON.stringify(input.busy)}::jsonb,
      ${input.lane}, ${input.laneLimit})`,
  );
}
