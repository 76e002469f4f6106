import type { LookedUp } from '../../cache/principal-cache.ts';
import type { Principal } from '../../cache/principal-record.ts';
import type { RequestContext } from '../../context.ts';
import type { Bookmark } from '../../lib/bookmark.ts';
import { AppError } from '../../errors/app-error.ts';
import { type Credential, findPrincipal, noteUse } from './find-principal.ts';

export interface AdmittedPrincipal {
  principal: Principal;
  /**
   * What the request must be shown, so that no replica lets somebody in who was put out a moment ago: the last write to
   * the person's roles, or where that is not known, what their record was read from.
   */
  seen: Bookmark | null;
  /** Set when this use moved the end of a session, so that the cookie can follow. */
  extendedUntil: Date | null;
}

/** A record that is used is read anew after so long, beside the request, so that nobody waits when it ends. */
const REFRESH_AFTER_MS = 30_000;

/**
 * Who is behind a credential whose record was looked up in Redis: from the record, or from the database, where it is
 * read for the next requests, too. Null when nobody is. Errors: `unavailable`.
 */
export async function admitPrincipal(
  ctx: RequestContext,
  credential: Credential,
  lookedUp: LookedUp,
): Promise<AdmittedPrincipal | null> {
  if (lookedUp.state === 'revoked') return null;
  if (lookedUp.state === 'found') {
    const { principal, storedAt, written } = lookedUp;
    if (hasEnded(ctx, principal)) return null;
    const isOld = ctx.services.clock.now() - storedAt > REFRESH_AFTER_MS;
    if (isOld) {
      const refreshed = ctx.services.principals.refresh(credential.name, async () => {
        // It was in Redis, so that no stranger can make this happen with what they make up.
        if (!(await readAnew(ctx, credential))) await ctx.services.principals.forget(credential.name);
      });
      ctx.waitUntil('principal-refresh', refreshed);
    }
    return { principal, seen: written, extendedUntil: null };
  }
  try {
    return await readAnew(ctx, credential);
  } catch (error) {
    const known = lookedUp.state === 'unknown' ? knownByItself(credential) : null;
    if (!known || !(error instanceof AppError) || error.code !== 'unavailable') throw error;
    return { principal: known, seen: null, extendedUntil: null };
  }
}

async function readAnew(ctx: RequestContext, credential: Credential): Promise<AdmittedPrincipal | null> {
  const found = await findPrincipal(ctx, credential);
  if (!found || hasEnded(ctx, found.principal)) return null;
  const { principal, extendedUntil } = noteUse(ctx, found.principal);
  ctx.waitUntil('principal-put', ctx.services.principals.put(credential.name, principal, found.readAt));
  const { epoch, xid } = found.readAt;
  return { principal, seen: { epoch, xid: xid - 1n }, extendedUntil };
}

function hasEnded(ctx: RequestContext, { expiresAt }: Principal): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= ctx.services.clock.now();
}

/**
 * An access token says whom it speaks for, and Redis that it was not revoked: enough while no database answers. Nobody's
 * roles are known then, so that each verb finds out by itself.
 */
function knownByItself(credential: Credential): Principal | null {
  if (credential.kind !== 'program') return null;
  const { userId, sessionId: id } = credential.subject;
  const record = { kind: 'program', id, userId, expiresAt: null, lastSeenAt: null } as const;
  return { ...record, plan: 'free', limit: null, scopes: null, roles: null };
}
