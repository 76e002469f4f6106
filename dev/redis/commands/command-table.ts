import { RedisError, wrongArity } from '../reply.ts';
import type { CommandSpec, CommandTable } from './command-spec.ts';
import { expiryCommands } from './expiry.ts';
import { hashCommands } from './hashes.ts';
import { keyCommands } from './keys.ts';
import { scanCommands } from './scan.ts';
import { serverCommands } from './server.ts';
import { setCommands } from './sets.ts';
import { sortedSetCommands } from './sorted-sets.ts';
import { stringCommands } from './strings.ts';

/** Every command of the embedded engine but scripting, by lower-case name. */
export const dataCommands: CommandTable = {
  ...serverCommands,
  ...keyCommands,
  ...expiryCommands,
  ...stringCommands,
  ...hashCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...scanCommands,
};

/** Whether `count` arguments (without the name) fit the arity. */
export function isArityMet(spec: CommandSpec, count: number): boolean {
  return spec.arity > 0 ? count + 1 === spec.arity : count + 1 >= -spec.arity;
}

/** Finds the command and checks its arity; throws what Redis answers before it runs a command. */
export function resolveCommand(
  table: ReadonlyMap<string, CommandSpec>,
  name: string,
  args: readonly string[],
): CommandSpec {
  const spec = table.get(name.toLowerCase());
  if (spec === undefined) {
    const shown = args.slice(0, 3).map((arg) => `'${arg.slice(0, 64)}' `);
    throw new RedisError(
      `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${shown.join('')}`,
    );
  }
  if (!isArityMet(spec, args.length)) throw wrongArity(name.toLowerCase());
  return spec;
}
