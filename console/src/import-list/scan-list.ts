import type { ListProblem, ListRow } from '../../../src/crawl/discover/list/row.ts';

/** Lines named as examples of a problem. */
const SHOWN_LINES = 5;

interface ScanProblem {
  count: number;
  /** The first lines that have it. */
  lines: readonly number[];
}

/** What a list holds, as far as it was read. */
export interface ListScan {
  /** Rows with a usable address, those that are repeated included. */
  ready: number;
  notUsable: number;
  problems: ReadonlyMap<ListProblem, ScanProblem>;
  readBytes: number;
  isDone: boolean;
}

export const NOT_SCANNED: ListScan = {
  ready: 0,
  notUsable: 0,
  problems: new Map(),
  readBytes: 0,
  isDone: false,
};

/** Counts rows on top of what was counted before. */
export function addToScan(scan: ListScan, rows: readonly ListRow[], readBytes: number): ListScan {
  const problems = new Map(scan.problems);
  let notUsable = 0;
  for (const { line, problem } of rows) {
    if (problem === null) continue;
    notUsable += 1;
    const { count, lines } = problems.get(problem) ?? { count: 0, lines: [] };
    problems.set(problem, { count: count + 1, lines: lines.length < SHOWN_LINES ? [...lines, line] : lines });
  }
  const ready = scan.ready + rows.length - notUsable;
  return { ...scan, ready, notUsable: scan.notUsable + notUsable, problems, readBytes };
}
