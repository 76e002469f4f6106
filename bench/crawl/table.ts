import { align } from '../lib/align.ts';
import type { Result } from './result.ts';
import type { Profile } from './plan.ts';

/** Of each kind. */
const MAX_SHOWN = 4;

const orDash = (value: number | null) => (value === null ? '-' : String(value));

/** The runs that count, as a table for people. */
export function renderTable(profile: Profile, results: Result[]): string {
  const rows = results.map(({ contender, seconds, figures }) => {
    const { gate } = figures;
    return [
      contender,
      figures.imagesPerSecond.toFixed(1),
      seconds.toFixed(1),
      orDash(figures.cpuMsPerImage),
      orDash(figures.rssPeakMb),
      `${gate.correct}/${gate.expected}`,
      String(gate.wrongStatuses),
      String(gate.wrongHashes),
      String(gate.politenessViolations),
    ];
  });
  const head = [profile, 'images/s', 's', 'CPU ms/image', 'RSS MB', 'correct', 'status', 'hash', 'impolite'];
  return align([head, ...rows]);
}

function sample(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > MAX_SHOWN ? [`and ${lines.length - MAX_SHOWN} more`] : [];
  return [...lines.slice(0, MAX_SHOWN), ...rest].map((line) => `  ${title}: ${line}`);
}

/** What one run cost by its parts, and what it got wrong. */
export function renderDetails(result: Result): string {
  const { contender, seconds, figures, cost, connections, faults, violations } = result;
  const lines = [`${contender}: ${figures.imagesPerSecond} images/s in ${seconds.toFixed(1)} s`];
  if (cost) {
    const parts = Object.entries(cost.cpuMsByName).map(([name, ms]) => `${name} ${(ms / 1_000).toFixed(1)}`);
    lines.push(`  CPU s: ${parts.join(', ')}`);
    const memory = Object.entries(cost.rssPeakMbByCommand).map(([name, mb]) => `${name} ${mb.toFixed(0)}`);
    lines.push(`  RSS MB, each program at its own peak: ${memory.join(', ')}`);
  }
  if (connections) {
    const { requestsPerSecond, latencyMs, bound } = connections;
    lines.push(
      `  ${requestsPerSecond.toFixed(0)} requests/s of ${bound.toFixed(0)} that 6 connections allow at ${latencyMs.toFixed(0)} ms`,
    );
  }
  lines.push(...sample('wrong', faults));
  for (const [kind, group] of Map.groupBy(violations, (violation) => violation.kind)) {
    lines.push(
      ...sample(
        kind,
        group.map(({ detail }) => detail),
      ),
    );
  }
  return lines.join('\n');
}

export const NOTES = `\
images/s: accepted URLs (new pictures and duplicates) by the time from the start to the last result. In a whole run each
contender runs three times on loopback and the best run is shown. CPU: user and system time of all processes of the
contender and its store by accepted URLs; RSS: the largest sum over those processes, looked at five times a second, in
which memory that several of them share counts several times. The site is in neither, but works on the same processors.
Darkroom does more than the others for each picture: it reads its pixel data to see that they are whole, and its
rights, keeps URLs, verdicts and images in Postgres (with a replica), and asks a gate for each host's turn; Miniflare is
among its processes.`;
