import { parseArgs } from 'node:util';

/** Reads arguments such as `--jobs 50`, all of them whole numbers. Throws for others, and for unknown names. */
export function readNumbers<Name extends string>(
  args: string[],
  defaults: Record<Name, number>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args, options });
  const numbers = { ...defaults };
  for (const name of names) {
    const given = values[name];
    if (given === undefined) continue;
    if (typeof given !== 'string' || !/^\d{1,9}$/.test(given))
      throw new Error(`--${name} takes a whole number`);
    numbers[name] = Number(given);
  }
  return numbers;
}
