import type { Config } from '../env.ts';
import type { Caller } from '../resilience/caller.ts';
import { upstream } from '../resilience/upstream.ts';
import { describeError, logEvent } from './logger.ts';

/** Takes errors nobody expected. */
export interface Reporter {
  /** `waitUntil` keeps the report going after the reply. */
  report(
    error: unknown,
    where: { requestId: string; route: string },
    waitUntil: (work: Promise<unknown>) => void,
  ): void;
}

export const logReporter: Reporter = {
  report(error, where) {
    logEvent('error', 'unexpected_error', { ...where, ...describeError(error) });
  },
};

/** Logs, and tells Sentry too when it is configured. Fails open: an error that Sentry did not take is in the log. */
export function createReporter(config: Pick<Config, 'SENTRY_DSN' | 'ENVIRONMENT'>, caller: Caller): Reporter {
  const { SENTRY_DSN: dsn, ENVIRONMENT: environment } = config;
  if (!dsn) return logReporter;
  const deadlineMs = caller.settings.deadlines.errorReportMs;
  const sentry = upstream('sentry', { ...caller, deadlineMs, retries: 0, address: new URL(dsn).origin });
  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await sentry.call(url, init, async ({ status, headers, body }) => {
        await body?.cancel();
        return new Response(null, { status, headers });
      });
    } catch (error) {
      logEvent('warn', 'error_not_reported', { requestId: caller.scope.requestId, ...describeError(error) });
      return new Response(null, { status: 503 });
    }
  }
  const capture = async (...[error, where, waitUntil]: Parameters<Reporter['report']>): Promise<void> => {
    // Its code is run by the first isolate that has something to tell.
    const { Toucan } = await import('toucan-js');
    const client = new Toucan({
      dsn,
      environment,
      context: { waitUntil },
      transportOptions: { fetcher: async (url, init) => await send(String(url), init) },
    });
    client.setTag('request_id', where.requestId);
    client.setTag('route', where.route);
    client.captureException(error);
  };
  return {
    report(error, where, waitUntil) {
      logReporter.report(error, where, waitUntil);
      waitUntil(capture(error, where, waitUntil));
    },
  };
}
