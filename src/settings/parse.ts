import * as z from 'zod';
import { once } from '../lib/once.ts';
import { deployedSettingsSchema, type Settings, settingsSchema } from './schema.ts';

/**
 * The settings of a JSON object that gives only what differs from the defaults, or what is wrong with it: paths and
 * rules, never values.
 */
export function parseSettings(
  text: string,
  schema: ReturnType<typeof settingsSchema> = settingsSchema(),
): { settings: Settings } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'must be JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { settings: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
  return { problem: problems.join('; ') };
}

const variableOf = (schema: ReturnType<typeof settingsSchema>) =>
  z.string().transform((text, context): Settings => {
    const parsed = parseSettings(text, schema);
    if ('settings' in parsed) return parsed.settings;
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  });

/** `parseSettings` as a variable of the environment. */
export const settingsVariable = once(() => variableOf(settingsSchema()));

export const deployedSettingsVariable = once(() => variableOf(deployedSettingsSchema()));
