/** Fields of the one wide log event of a request; anything may add to it. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** One line of JSON, read by Workers Logs and by `jq`. */
export function logEvent(level: 'info' | 'warn' | 'error', event: string, fields: LogFields): void {
  console[level](JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }));
}

/** What an operator needs to find the fault; never sent to a client. */
export function describeError(error: unknown): {
  error: string;
  stack: string | undefined;
  cause: string | undefined;
} {
  if (!(error instanceof Error)) return { error: String(error), stack: undefined, cause: undefined };
  const { cause } = error;
  return {
    error: `${error.name}: ${error.message}`,
    stack: error.stack,
    cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined,
  };
}
