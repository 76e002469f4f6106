import * as z from 'zod';
import { type Settings, settingsSchema } from './schema.ts';

/** The least that a breaker must pause where real traffic would come back all at once, in milliseconds. */
const MIN_DEPLOYED_PAUSE_MS = 500;

/**
 * The settings of a JSON object that gives only what differs from the defaults, or what is wrong with it: paths and
 * rules, never values.
 */
export function parseSettings(text: string): { settings: Settings } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'must be JSON' };
  }
  const parsed = settingsSchema.safeParse(json);
  if (parsed.success) return { settings: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
  return { problem: problems.join('; ') };
}

/** `parseSettings` as a variable of the environment. */
export const settingsVariable = z.string().transform((text, context): Settings => {
  const parsed = parseSettings(text);
  if ('settings' in parsed) return parsed.settings;
  context.addIssue({ code: 'custom', message: parsed.problem });
  return z.NEVER;
});

/** As `settingsVariable`, without what only a test or a laptop may do. */
export const deployedSettingsVariable = settingsVariable.refine(
  ({ breaker }) => breaker.pauseMs >= MIN_DEPLOYED_PAUSE_MS,
  `breaker.pauseMs: must be at least ${MIN_DEPLOYED_PAUSE_MS}`,
);
