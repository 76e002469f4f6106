import type { LogFields } from '../observability/logger.ts';
import type { Verdict } from './limiter.ts';

/** Tells the log who judged in the place of another, and what was wrong with that one. */
export function logFaults(log: LogFields, verdicts: readonly Verdict[]): void {
  const others = verdicts.filter(({ fault }) => fault !== null);
  const [first] = others;
  if (!first) return;
  log['limiter'] = others.map(({ source, policy }) => `${source}:${policy.name}`).join(' ');
  log['limiterFault'] = describeFault(first.fault);
}

/** Tells the log which limits refused. */
export function logRefusals(log: LogFields, verdicts: readonly Verdict[]): void {
  const names = verdicts.flatMap(({ allowed, policy }) => (allowed ? [] : [policy.name]));
  if (names.length > 0) log['refusedBy'] = names.join(' ');
}

/** The client's own messages end with the command, and with it the key. */
function describeFault(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return `${fault.name}: ${fault.message.split(', command was')[0]}`;
}
