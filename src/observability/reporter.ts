import { Toucan } from 'toucan-js';
import type { Config } from '../env.ts';
import { describeError, logEvent } from './logger.ts';

/** Takes errors nobody expected. */
export interface Reporter {
  report(error: unknown, where: { requestId: string; route: string }): void;
}

const logReporter: Reporter = {
  report(error, where) {
    logEvent('error', 'unexpected_error', { ...where, ...describeError(error) });
  },
};

/** Logs, and tells Sentry too when it is configured. Sentry being down costs nothing: toucan-js does not throw. */
export function createReporter(config: Pick<Config, 'SENTRY_DSN' | 'ENVIRONMENT'>): Reporter {
  const { SENTRY_DSN: dsn, ENVIRONMENT: environment } = config;
  if (!dsn) return logReporter;
  return {
    report(error, where) {
      logReporter.report(error, where);
      const sentry = new Toucan({ dsn, environment });
      sentry.setTag('request_id', where.requestId);
      sentry.setTag('route', where.route);
      sentry.captureException(error);
    },
  };
}
