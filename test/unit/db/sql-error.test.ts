import { NeonDbError } from '@neondatabase/serverless';
import { describe, expect, it } from 'vitest';
import { ReplayError, toAppError } from '../../../src/db/sql-error.ts';
import { ERROR_CODES, isErrorCode } from '../../../src/errors/codes.ts';

function databaseError(
  code: string | undefined,
  message = 'relation "secret_table" does not exist',
  detail = '',
) {
  const error = new NeonDbError(message);
  error.code = code;
  error.detail = detail;
  return error;
}

describe('an error of the database', () => {
  it.each(['not_found', 'forbidden', 'email_taken', 'conflict', 'invalid_credentials'])(
    'raised with the code %s becomes that code',
    (code) => {
      expect(toAppError(databaseError('DK001', code))).toMatchObject({ code });
    },
  );

  it('raised with a state carries the state', () => {
    expect(toAppError(databaseError('DK001', 'illegal_state', 'running'))).toMatchObject({
      code: 'illegal_state',
      message: 'It is running now.',
      options: { state: 'running' },
    });
  });

  it('raised for a repeated key is a replay, and nothing that a client sees', () => {
    expect(toAppError(databaseError('DK001', 'replay'))).toBeInstanceOf(ReplayError);
  });

  it('raised with a code that is not on the list is internal', () => {
    expect(toAppError(databaseError('DK001', 'toString'))).toMatchObject({ code: 'internal' });
  });

  it.each([
    ['55P03', 'idempotency_in_progress'],
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['25006', 'unavailable'],
    ['57P01', 'unavailable'],
    ['57014', 'unavailable'],
    ['53300', 'unavailable'],
    ['08006', 'unavailable'],
    [undefined, 'unavailable'],
  ])('with the SQLSTATE %s is %s and says when to come back', (state, code) => {
    expect(toAppError(databaseError(state))).toMatchObject({ code, options: { retryAfter: 1 } });
  });

  it.each(['42P01', '23505', '23503', '42501'])('with the SQLSTATE %s is our own fault', (state) => {
    expect(toAppError(databaseError(state))).toMatchObject({ code: 'internal', message: '' });
  });

  it.each(['22021', '22P05'])('with the SQLSTATE %s is a request that cannot be stored', (state) => {
    expect(toAppError(databaseError(state))).toMatchObject({ code: 'invalid_request' });
  });

  it('about a caller whose account is gone is unauthenticated, and about another key our own fault', () => {
    const error = databaseError('23503');
    error.constraint = 'projects_created_by_fkey';
    expect(toAppError(error)).toMatchObject({ code: 'unauthenticated' });
    error.constraint = 'images_sha256_fkey';
    expect(toAppError(error)).toMatchObject({ code: 'internal' });
  });

  it('shows no word of the database, but keeps it as the cause', () => {
    for (const state of ['42P01', '40001', '55P03', '57P01', undefined]) {
      const cause = databaseError(state);
      const error = toAppError(cause);
      expect(error.message).not.toContain('secret_table');
      expect(error.cause).toBe(cause);
    }
  });

  it('that is no database error at all is a database that did not answer', () => {
    const cause = new DOMException('timed out', 'TimeoutError');
    expect(toAppError(cause)).toMatchObject({ code: 'unavailable', cause, options: { retryAfter: 1 } });
  });
});

describe('the list of codes', () => {
  it('knows its own and nothing that every object has', () => {
    expect(Object.keys(ERROR_CODES).every(isErrorCode)).toBe(true);
    expect(['constructor', '__proto__', 'hasOwnProperty', ''].some(isErrorCode)).toBe(false);
  });
});
