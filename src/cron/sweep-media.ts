import { type SQL, sql } from 'drizzle-orm';
import { runBatch, values } from '../db/batch.ts';
import { enter } from '../db/statement.ts';
import { toHex } from '../lib/bytes.ts';
import { MAX_REMOVED_BLOBS } from '../media/store.ts';
import type { Services } from '../services.ts';

/** Blobs removed a run: 500 at a time. */
const MAX_BATCHES = 20;
/** Stored originals looked at a run: 1,000 at a time. */
const MAX_PAGES = 10;
/** Younger bytes may belong to an image whose row is still to come. */
const ORPHAN_AGE_MS = 24 * 60 * 60 * 1000;
/** What somebody else may have put into the bucket is none of our business. */
const HASH = /^[0-9a-f]{64}$/;

type SweepServices = Pick<Services, 'clock' | 'db' | 'media'>;

export interface Sweep {
  removed: number;
  /** Bytes found without an image, which are removed a day later if they still have none. */
  orphans: number;
}

/** Removes the bytes of deleted images from R2; the migration that makes blob_sweeps says by which rule. */
export async function sweepMedia(services: SweepServices): Promise<Sweep> {
  return { removed: await removeDue(services), orphans: await noteOrphans(services) };
}

async function removeDue(services: SweepServices): Promise<number> {
  let removed = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const due = await call<string>(
      services,
      sql`select to_jsonb(c) from app.begin_sweep(${MAX_REMOVED_BLOBS}) c`,
    );
    if (due.length > 0) {
      await services.media.remove(due);
      await call(services, sql`select app.end_sweep(${JSON.stringify(due)}::jsonb)`);
    }
    removed += due.length;
    if (due.length < MAX_REMOVED_BLOBS) break;
  }
  return removed;
}

/**
 * Looks for bytes that were stored just before something broke off, so that no row tells of them. A run walks over
 * a stretch of the hashes from a random one on: without a position to keep, all of them have their turn.
 */
async function noteOrphans(services: SweepServices): Promise<number> {
  const latest = services.clock.now() - ORPHAN_AGE_MS;
  const start = toHex(crypto.getRandomValues(new Uint8Array(4)));
  let after = start;
  let hasWrapped = false;
  let orphans = 0;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { originals, isLast } = await services.media.listOriginals(after);
    const hashes = originals
      .filter(({ sha256, uploadedAt }) => HASH.test(sha256) && uploadedAt.getTime() < latest)
      .map(({ sha256 }) => sha256);
    if (hashes.length > 0) {
      const [noted = 0] = await call<number>(
        services,
        sql`select to_jsonb(app.note_orphans(${JSON.stringify(hashes)}::jsonb))`,
      );
      orphans += noted;
    }
    after = isLast ? '' : (originals.at(-1)?.sha256 ?? after);
    if (hasWrapped && (isLast || after >= start)) break;
    hasWrapped ||= isLast;
  }
  return orphans;
}

async function call<T>(services: SweepServices, statement: SQL): Promise<T[]> {
  const results = await runBatch(services.db.service, [enter(null, 'cron'), statement], {
    deadline: 'write',
  });
  return values<T>(results[1]);
}
