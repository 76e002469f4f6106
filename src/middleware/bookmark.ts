import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../context.ts';
import { maxReplicaAgeMs } from '../db/client.ts';
import { invalidField } from '../errors/app-error.ts';
import { type Bookmark, formatBookmark, laterBookmark, parseBookmark } from '../lib/bookmark.ts';
import { nameCookie, readSessionToken } from './session-cookie.ts';

const HEADER = 'darkroom-bookmark';

/**
 * Takes what the caller has seen from Darkroom-Bookmark and the cookie, whichever is later, and sends back what they have
 * seen after this request: as the header, and as a short cookie to who has a session of that kind. Errors:
 * `invalid_request` for a header that is no bookmark; a cookie that is none is left aside.
 */
export function bookmark() {
  return createMiddleware<AppEnv>(async function bookmarkMiddleware(c, next) {
    const ctx = c.get('ctx');
    ctx.known = laterBookmark(readHeader(c), readCookie(c));
    await next();
    if (ctx.isStale) c.res.headers.set('darkroom-freshness', 'stale');
    // A reply for everybody tells nobody what one of them has seen.
    if (!ctx.bookmark || /\bpublic\b/.test(c.res.headers.get('cache-control') ?? '')) return;
    c.res.headers.set(HEADER, formatBookmark(ctx.bookmark));
    if (readSessionToken(c) || c.res.headers.has('set-cookie')) sendCookie(c, ctx.bookmark);
  });
}

function readHeader(c: Context<AppEnv>): Bookmark | null {
  const text = c.req.header(HEADER);
  if (text === undefined) return null;
  const known = parseBookmark(text);
  if (!known) throw invalidField(`header.${HEADER}`, 'must be a bookmark that an earlier reply carried');
  return known;
}

function readCookie(c: Context<AppEnv>): Bookmark | null {
  const { name, prefix } = nameCookie(c, 'darkroom_bookmark');
  return parseBookmark((prefix ? getCookie(c, name, prefix) : getCookie(c, name)) ?? '');
}

function sendCookie(c: Context<AppEnv>, reached: Bookmark): void {
  const { name, prefix } = nameCookie(c, 'darkroom_bookmark');
  setCookie(c, name, formatBookmark(reached), {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    // Twice the age up to which a replica is asked: when it has gone, every replica in use has what it named.
    maxAge: Math.ceil((2 * maxReplicaAgeMs(c.get('ctx').services.settings)) / 1000),
    ...(prefix && { prefix, secure: true }),
  });
}
