import { sql } from 'drizzle-orm';
import type { RequestContext } from '../../context.ts';
import { write } from '../../db/write.ts';
import { AppError } from '../../errors/app-error.ts';
import { hashToken } from '../account/session-token.ts';
import { newSeed, REFRESH_GRACE_SECONDS, REFRESH_LIFETIME_MS, successorOf } from './refresh-token.ts';
import { type ProgramTokens, toProgramTokens } from './view.ts';

interface Rotation {
  userId: string;
  sessionId: string;
  seed: string;
  expiresAt: string;
  isReused: boolean;
}

const ROTATION = sql`current_setting('app.rotation')::jsonb`;
const IS_REUSED = sql`coalesce((${ROTATION} ->> 'isReused')::boolean, false)`;

/**
 * Exchanges a refresh token for the next one and a new access token. One that was used before ends the session, for
 * somebody has a copy of it (RFC 9700, 4.14.2); only within REFRESH_GRACE_SECONDS, and while its successor is unused,
 * it is answered with the same successor again (docs/decisions/0016). Errors: `invalid_credentials`.
 */
export async function refreshTokens(ctx: RequestContext, presented: string): Promise<ProgramTokens> {
  const seed = newSeed();
  const expiresAt = new Date(ctx.services.clock.now() + REFRESH_LIFETIME_MS).toISOString();
  const hash = await hashToken(presented);
  const successorHash = await hashToken(successorOf(presented, seed));
  const { body: rotation } = await write<Rotation | null>(ctx, {
    effects: [
      sql`select set_config('app.rotation', coalesce(app.rotate_refresh_token(decode(${hash}, 'hex'),
        decode(${seed}, 'hex'), decode(${successorHash}, 'hex'), ${expiresAt}::timestamptz,
        make_interval(secs => ${REFRESH_GRACE_SECONDS}::integer)), 'null')::text, true)`,
    ],
    activity: {
      action: 'session.reused',
      subjectId: sql`(${ROTATION} ->> 'userId')`,
      data: sql`select jsonb_build_object('sessionId', ${ROTATION} ->> 'sessionId')`,
      onlyIf: IS_REUSED,
    },
    outbox: [
      {
        topic: 'sessions.revoked',
        payload: sql`select jsonb_build_object('tokenHashes', jsonb_build_array(${ROTATION} ->> 'sessionId'),
          'userId', ${ROTATION} ->> 'userId', 'sessionIds', jsonb_build_array(${ROTATION} ->> 'sessionId'))`,
        onlyIf: IS_REUSED,
      },
    ],
    status: 200,
    reply: sql`select ${ROTATION}`,
    ignoreKey: true,
  });
  if (!rotation || rotation.isReused) {
    throw new AppError(
      'invalid_credentials',
      'The refresh token is unknown, was used before or has expired.',
    );
  }
  const token = successorOf(presented, rotation.seed);
  return await toProgramTokens(ctx, rotation, { token, expiresAt: rotation.expiresAt });
}
