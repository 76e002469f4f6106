import type { NeonDbError } from '@neondatabase/serverless';
import * as z from 'zod';
import { AppError } from '../errors/app-error.ts';
import { isErrorCode } from '../errors/codes.ts';
import { databaseErrorOf } from './database-error.ts';
import { retryAfterOf } from './guard.ts';

/** Raised by app.must and app.fail: the message is the code, the detail the current state. */
const PRIVATE_SQLSTATE = 'DK001';

/** The stored reply of an earlier request with the same key is to be sent instead. */
export class ReplayError extends Error {
  override name = 'ReplayError';
}

/** Raised by app.enter_replica: the message is `replica_behind` or `replica_lags`. */
const REPLICA_SQLSTATE = 'DK002';

/** A replica is, or may be, `behind` what the caller must be shown; or `lags` too much for anybody. */
export class ReplicaError extends Error {
  override name = 'ReplicaError';
  readonly reason: 'behind' | 'lags';

  constructor(reason: ReplicaError['reason'], options?: { cause: unknown }) {
    super(`The replica is ${reason === 'behind' ? 'behind the bookmark' : 'too old'}`, options);
    this.reason = reason;
  }
}

const DETAILS: Record<string, string> = {
  not_found: 'It does not exist, or you are not a member of its project.',
  forbidden: 'Ask an owner of the project for a role that may do this.',
  invalid_credentials: 'They are wrong, were used already or have expired.',
  email_taken: 'Sign in instead, or use another address.',
  invitation_used: 'It is good for one person. Ask whoever sent it for another one.',
  invitation_expired: 'Ask whoever sent it for another one.',
  conflict: 'Read it again and repeat the change.',
};

/** The detail of the error is what it is now, as JSON that our own function wrote. */
function staleRevision(error: NeonDbError): AppError {
  const current = z.looseObject({}).parse(JSON.parse(error.detail ?? '{}'));
  return new AppError('stale_revision', 'Look at the image again and decide anew.', {
    cause: error,
    current,
  });
}

/** What a state means where "It is … now." would not say it. */
const STATE_DETAILS: Record<string, string> = {
  last_owner: 'A project needs an owner: make somebody else one first.',
  api_key_limit: 'An account has 50 API keys at most: revoke one first.',
};

/** Foreign keys by which a request names its caller. */
const PROFILE_KEYS: ReadonlySet<string> = new Set([
  'projects_created_by_fkey',
  'project_members_user_id_fkey',
  'sessions_user_id_fkey',
  'api_keys_user_id_fkey',
  'invitations_created_by_fkey',
  'invitations_used_by_fkey',
]);

/** Maps what the database client throws. Text from the database stays in `cause`, which is only logged. */
export function toAppError(thrown: unknown): Error {
  const error = databaseErrorOf(thrown);
  if (!error) {
    return new AppError('unavailable', 'The database did not answer in time.', {
      cause: thrown,
      retryAfter: retryAfterOf(thrown),
    });
  }
  switch (error.code) {
    case PRIVATE_SQLSTATE: {
      if (error.message === 'replay') return new ReplayError();
      if (!isErrorCode(error.message)) break;
      if (error.message === 'stale_revision') return staleRevision(error);
      const state = error.detail || undefined;
      const detail = state ? (STATE_DETAILS[state] ?? `It is ${state} now.`) : (DETAILS[error.message] ?? '');
      return new AppError(error.message, detail, { cause: error, ...(state && { state }) });
    }
    case REPLICA_SQLSTATE:
      return new ReplicaError(error.message === 'replica_behind' ? 'behind' : 'lags', { cause: error });
    // character_not_in_repertoire, untranslatable_character: text that cannot be stored, such as NUL.
    case '22021':
    case '22P05':
      return new AppError('invalid_request', 'It contains characters that cannot be stored.', {
        cause: error,
      });
    // foreign_key_violation: only the caller is ever written down as somebody's profile.
    case '23503':
      if (!PROFILE_KEYS.has(error.constraint ?? '')) break;
      return new AppError('unauthenticated', 'This account no longer exists.', { cause: error });
    // lock_not_available: another request holds the key or the row for longer than lock_timeout.
    case '55P03':
      return new AppError('idempotency_in_progress', 'Repeat it in a moment.', {
        cause: error,
        retryAfter: 1,
      });
    // serialization_failure, deadlock_detected
    case '40001':
    case '40P01':
      return new AppError('conflict', 'Repeat the request.', { cause: error, retryAfter: 1 });
    // No SQLSTATE: the request never reached a database. 57*: shutting down or timed out; 53*: out of
    // resources; 08*: connection lost; 28*: the role is not let in; 25006: a standby was asked to write.
    case undefined:
    case '25006':
      return new AppError('unavailable', 'The database is not reachable.', { cause: error, retryAfter: 1 });
    default:
      if (/^(57|53|28|08)/.test(error.code)) {
        return new AppError('unavailable', 'The database is not reachable.', { cause: error, retryAfter: 1 });
      }
  }
  return new AppError('internal', '', { cause: error });
}
