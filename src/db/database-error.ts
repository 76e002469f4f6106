import type { NeonDbError } from '@neondatabase/serverless';

/**
 * What the database or its gateway answered, or that it could not be reached (then without a `code`); null for every other
 * error. By its name, as the client's module is not loaded before it is needed.
 */
export function databaseErrorOf(error: unknown): NeonDbError | null {
  return error instanceof Error && error.name === 'NeonDbError' ? (error as NeonDbError) : null;
}
