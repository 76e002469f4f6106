import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { configOf } from '../env.ts';
import { AppError } from '../errors/app-error.ts';
import { logEvent } from '../observability/logger.ts';

// Isolate lifetime: a warning is said once, not with every request.
const warned = new WeakSet<object>();

/** Refuses every route while variables are missing or invalid, naming them; development warns and goes on. */
export function requireConfig() {
  return createMiddleware<AppEnv>(async function requireConfigMiddleware(c, next) {
    const result = configOf(c.env);
    if (!result.ok) {
      c.get('log')['variables'] = [...new Set(result.problems.map(({ variable }) => variable))].join(' ');
      throw new AppError('misconfigured', `The ${result.environment} environment is not complete.`, {
        errors: result.problems.map(({ variable, message }) => ({ path: variable, message })),
      });
    }
    if (result.warnings.length > 0 && !warned.has(c.env)) {
      warned.add(c.env);
      for (const { variable, message } of result.warnings) {
        logEvent('warn', 'configuration', {
          variable,
          message: `${message}; a development default is used`,
          requestId: c.get('requestId'),
        });
      }
    }
    await next();
  });
}
