import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { describeMachine } from '../lib/machine.ts';
import { ROOT } from '../lib/stack.ts';
import type { Contender, Run } from './contender.ts';
import { runDarkroom } from './darkroom.ts';
import { installPeers } from '../lib/install-peers.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { runPeer } from './peer.ts';
import { type Profile, SHAPES } from './plan.ts';
import { chooseRun, type Figures, type Result, toResult, whyRefused } from './result.ts';
import { type Site, startSite } from './site.ts';
import { NOTES, renderDetails, renderTable } from './table.ts';

const FILE = path.join(ROOT, 'bench', 'results', 'crawl.json');

interface Course {
  contenders: readonly Contender[];
  /** Runs of each contender, but for a quick look; the best one counts. */
  rounds: number;
  /** The Worker's. */
  variables: Record<string, string>;
  /** What Crawlee keeps between two requests to an origin. */
  delaySeconds: number;
}

const COURSES: Record<Profile, Course> = {
  loopback: {
    contenders: ['darkroom', 'crawlee', 'crawleeOnDisk', 'node'],
    rounds: 3,
    variables: { CRAWL_REQUESTS_PER_SECOND: '10000' },
    delaySeconds: 0,
  },
  web: {
    contenders: ['darkroom', 'crawlee'],
    rounds: 1,
    variables: { CRAWL_RETRY_SECONDS: '1' },
    delaySeconds: 0.2,
  },
};

type Kept = Partial<Record<Contender, Figures>>;

/** Compares Darkroom with other crawlers on one machine and in one run; see bench/README.md. */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    console.error(`Usage: ${USAGE}`);
    return 2;
  }
  const [load = 0] = loadavg();
  if (load > availableParallelism() / 4)
    console.log(
      `The machine is busy (load ${load.toFixed(1)}): the figures will be worse than they could be.`,
    );
  const measuredAt = new Date().toISOString();
  if (options.contenders.some((name) => name !== 'darkroom')) await installPeers();
  const kept: Partial<Record<Profile, Kept>> = {};
  const tables: string[] = [];
  const refusals: string[] = [];
  for (const profile of options.profiles) {
    const results = await runProfile(profile, options, signal);
    const refusal = whyRefused(results);
    if (refusal !== null) refusals.push(`${profile}: ${refusal}`);
    const counting = options.contenders.flatMap(
      (name) => chooseRun(results.filter(({ contender }) => contender === name)) ?? [],
    );
    kept[profile] = Object.fromEntries(counting.map(({ contender, figures }) => [contender, figures]));
    tables.push(renderTable(profile, counting));
  }
  console.log(`\n${tables.join('\n\n')}\n\n${NOTES}`);
  for (const refusal of refusals) console.error(`Refused: ${refusal}.`);
  if (refusals.length > 0) return 1;
  if (options.isWhole) {
    mkdirSync(path.dirname(FILE), { recursive: true });
    writeFileSync(FILE, `${JSON.stringify({ machine: describeMachine(), measuredAt, ...kept }, null, 2)}\n`);
    console.log(`Written to ${path.relative(ROOT, FILE)}`);
  }
  return 0;
}

/** Every run of every contender, one after the other, over one and the same site. */
async function runProfile(profile: Profile, options: Options, signal: AbortSignal): Promise<Result[]> {
  const course = COURSES[profile];
  const dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-bench-crawl-'));
  const results: Result[] = [];
  try {
    const site = await startSite(profile, options.urls ?? SHAPES[profile].urls, dataDir, signal);
    try {
      for (let round = 0; round < (options.urls === null ? course.rounds : 1); round++) {
        for (const contender of course.contenders.filter((name) => options.contenders.includes(name))) {
          await site.reset();
          const done = await runContender(contender, course, site, dataDir, signal);
          const result = toResult(contender, profile, site.manifest, done, await site.readLog());
          console.log(`${profile}, ${renderDetails(result)}`);
          results.push(result);
        }
      }
    } finally {
      await site.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return results;
}

async function runContender(
  contender: Contender,
  { variables, delaySeconds }: Course,
  site: Site,
  dataDir: string,
  signal: AbortSignal,
): Promise<Run> {
  if (contender === 'darkroom') return await runDarkroom(site, { variables, dataDir }, signal);
  const isDurable = contender === 'crawleeOnDisk';
  const script = contender === 'node' ? 'node.mjs' : 'crawlee.mjs';
  return await runPeer(script, site, { dataDir, delaySeconds, isDurable }, signal);
}
