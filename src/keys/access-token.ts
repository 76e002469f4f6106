import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod';
import type { Clock } from '../lib/clock.ts';
import { idPattern } from '../lib/id.ts';
import { type SigningKey, toPublicKey } from './signing-keys.ts';
import { once } from '../lib/once.ts';

/** How long an access token is good; nothing prolongs it. */
export const ACCESS_TOKEN_SECONDS = 600;

/** RFC 9068: tells an access token from every other kind that the same keys may sign one day. */
const TYPE = 'at+jwt';
const ALGORITHM = 'ES256';

const claims = once(() =>
  z.object({ sub: z.string().regex(idPattern('usr')), sid: z.string().regex(idPattern('ses')) }),
);

export interface AccessTokenSubject {
  userId: string;
  sessionId: string;
}

export interface AccessTokens {
  issue(subject: AccessTokenSubject): Promise<string>;
  /** Whom a token speaks for; null for one that is forged, of another instance or kind, or has expired. */
  verify(token: string): Promise<AccessTokenSubject | null>;
  /** The public keys, for whoever wants to check tokens by themselves. */
  publicKeys: readonly object[];
}

interface KeyRing {
  signing: SigningKey;
  public: Map<string, ReturnType<typeof toPublicKey>>;
}

// Isolate lifetime: keys come with the isolate's variables. jose keeps what it imports by the same objects.
const rings = new WeakMap<readonly SigningKey[], KeyRing>();

function ringOf(keys: readonly SigningKey[]): KeyRing {
  const [signing] = keys;
  if (!signing) throw new Error('There is no signing key');
  const known = rings.get(keys);
  if (known) return known;
  const ring = { signing, public: new Map(keys.map((key) => [key.kid, toPublicKey(key)])) };
  rings.set(keys, ring);
  return ring;
}

/**
 * ES256 access tokens. The first key signs; all of them are published and verified, so that a key can be brought in
 * before it signs and kept until its last token has expired. `origin` is both who issues and whom they are for.
 */
export function createAccessTokens(keys: readonly SigningKey[], origin: string, clock: Clock): AccessTokens {
  const ring = ringOf(keys);
  return {
    async issue({ userId, sessionId }) {
      const issuedAt = Math.floor(clock.now() / 1000);
      return await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, kid: ring.signing.kid, typ: TYPE })
        .setIssuer(origin)
        .setAudience(origin)
        .setSubject(userId)
        .setJti(crypto.randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(ring.signing);
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          ({ kid }) => {
            const key = ring.public.get(kid ?? '');
            if (!key) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          {
            algorithms: [ALGORITHM],
            typ: TYPE,
            issuer: origin,
            audience: origin,
            requiredClaims: ['exp', 'sub', 'sid', 'jti'],
            currentDate: new Date(clock.now()),
          },
        );
        const parsed = claims().safeParse(payload);
        return parsed.success ? { userId: parsed.data.sub, sessionId: parsed.data.sid } : null;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
    publicKeys: [...ring.public.values()],
  };
}
