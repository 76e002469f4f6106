import type { Keyspace } from '../keyspace.ts';
import type { Reply } from '../reply.ts';

/**
 * `arity` counts the name as Redis does: positive is exact, negative is a minimum. It is checked before `run`, so the
 * defaults in the destructured arguments of a command only tell the compiler what the arity already guarantees.
 */
export interface CommandSpec {
  arity: number;
  run: (keyspace: Keyspace, args: readonly string[]) => Reply;
}

export type CommandTable = Readonly<Record<string, CommandSpec>>;

/** Cuts a flat argument list into pairs; the caller has checked that its length is even. */
export function toPairs(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < flat.length; at += 2) pairs.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return pairs;
}

/** How many of the items pass; the reply of DEL, SREM and the like. */
export function countWhere(items: readonly string[], test: (item: string) => boolean): number {
  let count = 0;
  for (const item of items) if (test(item)) count++;
  return count;
}
