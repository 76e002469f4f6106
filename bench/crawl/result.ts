import type { Contender, Run } from './contender.ts';
import { type ConnectionUse, measureConnections } from './connections.ts';
import { type Gate, judge } from './gate.ts';
import { findViolations, type Violation } from './politeness.ts';
import { type Profile, SHAPES } from './plan.ts';
import type { Outcome, Visit } from './manifest.ts';

/** The figures of one contender as they are kept. Null: not measured on this system. */
export interface Figures {
  /** Accepted URLs a second, duplicates included. */
  imagesPerSecond: number;
  /** Of all processes of the contender and its store, for each accepted URL. */
  cpuMsPerImage: number | null;
  rssPeakMb: number | null;
  gate: Gate;
  /** Images a second of every run, in their order, where there were several: a machine is not always as fast. */
  runs?: number[];
  /** Of Darkroom on the web profile: its requests a second by what its connections allow. */
  connectionUse?: number;
}

/** One run with all that is known of it. */
export interface Result {
  contender: Contender;
  figures: Figures;
  seconds: number;
  cost: Run['cost'];
  connections: ConnectionUse | null;
  hashes: string[];
  faults: string[];
  violations: Violation[];
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

export function toResult(
  contender: Contender,
  profile: Profile,
  manifest: Outcome[],
  { seconds, cost, outcomes }: Run,
  log: Visit[],
): Result {
  const violations = findViolations(log, SHAPES[profile].intervalMs);
  const { gate, accepted, hashes, faults } = judge(manifest, outcomes, violations.length);
  const connections = contender === 'darkroom' && profile === 'web' ? measureConnections(log) : null;
  return {
    contender,
    figures: {
      imagesPerSecond: round(accepted / seconds, 1),
      cpuMsPerImage: cost && accepted > 0 ? round(cost.cpuMs / accepted, 2) : null,
      rssPeakMb: cost && round(cost.rssPeakMb, 0),
      gate,
      ...(connections && { connectionUse: round(connections.requestsPerSecond / connections.bound, 2) }),
    },
    seconds,
    cost,
    connections,
    hashes,
    faults,
    violations,
  };
}

const isRight = ({ gate }: Figures) => gate.correct === gate.expected && gate.wrongStatuses === 0;

/** The run of a contender that counts: the fastest one, but one that got something wrong before all. */
export function chooseRun(runs: Result[]): Result | undefined {
  const wrong = runs.filter(({ figures }) => !isRight(figures));
  const candidates = wrong.length > 0 ? wrong : runs;
  const [chosen] = candidates.toSorted((a, b) => b.figures.imagesPerSecond - a.figures.imagesPerSecond);
  if (!chosen || runs.length < 2) return chosen;
  const all = runs.map(({ figures }) => figures.imagesPerSecond);
  return { ...chosen, figures: { ...chosen.figures, runs: all } };
}

/** Why the figures of runs over the same URLs may not be compared; null when they may. */
export function whyRefused(runs: Result[]): string | null {
  const [first, ...others] = runs;
  if (!first) return 'nothing was run';
  for (const other of others) {
    const known = new Set(first.hashes);
    const missing = new Set(other.hashes);
    const onlyOther = other.hashes.filter((hash) => !known.has(hash)).length;
    const onlyFirst = first.hashes.filter((hash) => !missing.has(hash)).length;
    if (onlyOther + onlyFirst > 0)
      return `${other.contender} has ${onlyOther} pictures that ${first.contender} has not, and ${onlyFirst} are missing`;
  }
  return null;
}
