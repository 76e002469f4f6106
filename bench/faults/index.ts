import { defaultSettings } from '../../src/settings/schema.ts';
import { plainTable } from '../lib/measured.ts';
import { readNumbers } from '../lib/numbers.ts';
import { keepResult } from '../tables/write-page.ts';
import { faultCells, type FaultFigures, promiseCells, type WriteFigures } from './figures.ts';
import { FIRST, measureRoute } from './measure.ts';
import { FAULTS } from './plan.ts';
import { type Stage, startStage } from './stage.ts';

const WHOLE = { requests: 50 };

/**
 * What a store that is gone costs those who ask, and how soon it is used again. Argument: `--requests` once its breaker
 * is open. The figures are for people to judge.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { requests } = readNumbers(args, WHOLE);
  // One that is read, and one for each write.
  const stage = await startStage(1 + FIRST + requests, signal);
  try {
    const figures = await measure(stage, requests, signal);
    for (const { head, rows } of [faultCells(figures), promiseCells(figures)])
      console.log(`\n${plainTable(head, rows)}`);
    if (requests === WHOLE.requests) await keepResult('faults', figures);
    return 0;
  } finally {
    await stage.stop();
  }
}

async function measure(stage: Stage, requests: number, signal: AbortSignal): Promise<FaultFigures> {
  const { redisMs: redisDeadlineMs } = defaultSettings().deadlines;
  const faults: FaultFigures['faults'] = {};
  for (const planned of FAULTS) {
    const { name, store } = planned;
    const routes: FaultFigures['faults'][string]['routes'] = {};
    let writes: WriteFigures = { acknowledged: 0, refused: 0, lost: 0 };
    for (const route of planned.routes) {
      const measured = await measureRoute(stage, planned, route, requests, signal);
      routes[route] = measured.figures;
      writes = add(writes, measured.writes);
      console.log(`${name}, ${route}`);
    }
    faults[name] = { store, routes, writes };
  }
  return { redisDeadlineMs, faults };
}

function add(one: WriteFigures, other: WriteFigures): WriteFigures {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    refused: one.refused + other.refused,
    lost: one.lost + other.lost,
  };
}
