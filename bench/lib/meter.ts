import { readdirSync, readFileSync } from 'node:fs';

/** Of the kernel's figures in /proc, whatever the machine (USER_HZ). */
const MS_PER_TICK = 10;
const SAMPLE_MS = 200;

interface Sample {
  pid: number;
  command: string;
  parent: number;
  group: number;
  /** Of the process and of its children that have ended and were waited for. */
  cpuMs: number;
}

/** What processes have cost between two moments. */
export interface Cost {
  /** User and system time. */
  cpuMs: number;
  cpuMsByName: Record<string, number>;
  /** The largest sum of resident memory of one sample; memory that processes share counts in each of them. */
  rssPeakMb: number;
  /** The same by the name of the program. */
  rssPeakMbByCommand: Record<string, number>;
}

export interface Meter {
  /** Null on a system that is not Linux. */
  stop(): Cost | null;
}

function readProcess(pid: number): Sample | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    // Numbered from 0 at the state, which is the third of proc_pid_stat(5).
    const fields = text.slice(end + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return {
      pid,
      command: text.slice(text.indexOf('(') + 1, end),
      parent: Number(fields[1]),
      group: Number(fields[2]),
      cpuMs: ticks * MS_PER_TICK,
    };
  } catch {
    // It has ended since the folder was read.
    return null;
  }
}

function readRssMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Live processes of the groups of `leaders` and all below them: a backend of Postgres leads a group of its own. */
function findMembers(leaders: Record<string, number>): Map<string, Sample[]> {
  const all = new Map<number, Sample>();
  for (const name of readdirSync('/proc')) {
    const sample = /^\d+$/.test(name) ? readProcess(Number(name)) : null;
    if (sample) all.set(sample.pid, sample);
  }
  const members = new Map<string, Sample[]>(Object.keys(leaders).map((name) => [name, []]));
  const nameOf = new Map(Object.entries(leaders).map(([name, pid]) => [pid, name]));
  for (const sample of all.values()) {
    let name = nameOf.get(sample.group);
    for (let at: Sample | undefined = sample; at && name === undefined; at = all.get(at.parent))
      name = nameOf.get(at.pid);
    if (name !== undefined) members.get(name)?.push(sample);
  }
  return members;
}

function cpuByName(members: Map<string, Sample[]>): Record<string, number> {
  return Object.fromEntries(
    [...members].map(([name, samples]) => [name, samples.reduce((sum, { cpuMs }) => sum + cpuMs, 0)]),
  );
}

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

/**
 * Measures processes from now on. `leaders` are processes by name, each with all that it starts; what a child has used
 * that ended counts too, because the kernel adds it to its parent.
 */
export function startMeter(leaders: Record<string, number>): Meter {
  if (process.platform !== 'linux') return { stop: () => null };
  const before = cpuByName(findMembers(leaders));
  let rssPeakMb = 0;
  const rssPeakMbByCommand: Record<string, number> = {};
  const sample = () => {
    const members = findMembers(leaders);
    const byCommand: Record<string, number> = {};
    for (const { pid, command } of [...members.values()].flat())
      byCommand[command] = (byCommand[command] ?? 0) + readRssMb(pid);
    rssPeakMb = Math.max(rssPeakMb, sumOf(Object.values(byCommand)));
    for (const [command, mb] of Object.entries(byCommand))
      rssPeakMbByCommand[command] = Math.max(rssPeakMbByCommand[command] ?? 0, mb);
    return members;
  };
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    stop() {
      clearInterval(timer);
      const after = cpuByName(sample());
      const cpuMsByName = Object.fromEntries(
        Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]),
      );
      return { cpuMs: sumOf(Object.values(cpuMsByName)), cpuMsByName, rssPeakMb, rssPeakMbByCommand };
    },
  };
}
