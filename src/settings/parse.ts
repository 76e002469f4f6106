import * as z from 'zod';
import { deployedSettingsSchema, type Settings, settingsSchema } from './schema.ts';

/**
 * The settings of a JSON object that gives only what differs from the defaults, or what is wrong with it: paths and
 * rules, never values.
 */
export function parseSettings(
  text: string,
  schema: typeof settingsSchema = settingsSchema,
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

const variableOf = (schema: typeof settingsSchema) =>
  z.string().transform((text, context): Settings => {
    const parsed = parseSettings(text, schema);
    if ('settings' in parsed) return parsed.settings;
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  });

/** `parseSettings` as a variable of the environment. */
export const settingsVariable = variableOf(settingsSchema);

export const deployedSettingsVariable = variableOf(deployedSettingsSchema);
