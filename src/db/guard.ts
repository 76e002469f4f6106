import { BreakerOpenError } from '../resilience/breaker.ts';
import { callHeaders } from '../resilience/call-scope.ts';
import type { Caller } from '../resilience/caller.ts';
import { type CallGuard, guardedCall } from '../resilience/guarded-call.ts';
import { databaseErrorOf } from './database-error.ts';
import type { Queries } from './neon.ts';

/** One Postgres as one role, asked on behalf of one piece of work, through a breaker of its endpoint. */
export interface Database {
  /** The client, whose code is run when it is first needed. */
  open(): Promise<Queries>;
  deadlines: { read: number; write: number };
  guard: CallGuard;
}

/**
 * Of SQLSTATEs, those by which Postgres says that it cannot serve: no connection, no resources, shutting down, and a role
 * that it does not let in.
 */
const TROUBLE = /^(08|28|53|57P0)/;

/** Whether Postgres could not be reached or serve, rather than that it has refused a statement. */
export function isDatabaseFault(error: unknown): boolean {
  const code = databaseErrorOf(error)?.code;
  return code === undefined || TROUBLE.test(code);
}

/**
 * A database for one piece of work. `endpoint` is who answers: its breaker opens for everybody who asks there, as
 * whatever role.
 */
export function guardDatabase(
  name: string,
  endpoint: string,
  open: () => Promise<Queries>,
  { scope, settings, memory }: Caller,
): Database {
  const breaker = memory.breaker(name, endpoint, settings.breaker);
  return {
    open,
    deadlines: { read: settings.deadlines.databaseReadMs, write: settings.deadlines.databaseWriteMs },
    guard: { name, scope, breaker, slowMs: settings.slowMs, isFault: isDatabaseFault },
  };
}

/** Sends with the request id and a span; `send` gets the client's fetch options. Rejects as `guardedCall` does. */
export async function callDatabase<T>(
  { guard }: Database,
  options: {
    deadlineMs: number;
    isProbe: boolean;
    requestId: string | null | undefined;
    signal: AbortSignal | undefined;
  },
  send: (fetchOptions: object) => Promise<T>,
): Promise<T> {
  const { deadlineMs, isProbe } = options;
  const ends = [guard.scope.signal, options.signal].filter((one) => one !== null && one !== undefined);
  const scope = {
    ...guard.scope,
    requestId: options.requestId ?? guard.scope.requestId,
    signal: ends.length > 0 ? AbortSignal.any(ends) : null,
  };
  const extraHeaders = callHeaders(scope);
  return await guardedCall(
    { ...guard, scope, breaker: isProbe ? null : guard.breaker },
    deadlineMs,
    async (signal) => await send({ signal, extraHeaders }),
  );
}

/** Seconds until an open breaker lets one try; 1 for every other fault. */
export function retryAfterOf(error: unknown): number {
  return error instanceof BreakerOpenError ? Math.max(1, Math.ceil(error.retryAfterMs / 1_000)) : 1;
}
