import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Counts } from '../api/types.ts';
import { TALLIED } from '../job/reason-groups.ts';
import type { Tallies } from '../job/reason-groups.ts';
import { tallyReasons } from '../job/tally-reasons.ts';
import { usePaced } from './use-paced.ts';

const PAGE = 200;
/** Of an import that has ended. One under way is looked at again and again, so the first page must do. */
const MAX_PAGES = 10;
const REFRESH_MS = 5_000;

/**
 * How often each reason was given in an import, null until known; follows its counts, every few seconds while it is
 * under way.
 */
export function useTallies(jobId: string, counts: Counts, isUnderWay: boolean): Tallies | null {
  const [tallies, setTallies] = useState<Tallies | null>(null);
  const key = JSON.stringify([isUnderWay, ...TALLIED.map((status) => counts[status])]);
  const paced = usePaced(key, isUnderWay ? REFRESH_MS : 0);

  useEffect(() => {
    const abort = new AbortController();
    const present = TALLIED.filter((status) => counts[status] > 0);
    const count = async (maxPages: number) => {
      const entries = await Promise.all(
        present.map(async (status) => {
          const load = (cursor: string | null) =>
            api.items(jobId, { status, reason: null, cursor, limit: PAGE }, abort.signal);
          return [status, await tallyReasons(load, maxPages)] as const;
        }),
      );
      if (!abort.signal.aborted) setTallies(Object.fromEntries(entries));
      return entries.every(([, { isComplete }]) => isComplete);
    };
    const countAll = async () => {
      const isComplete = await count(1);
      if (!isComplete && !isUnderWay) await count(MAX_PAGES);
    };
    countAll().catch(() => {
      // The bar has the totals; the next change of the counts asks again.
      if (!abort.signal.aborted) setTallies((old) => old ?? {});
    });
    return () => abort.abort();
  }, [jobId, paced]);

  return tallies;
}
