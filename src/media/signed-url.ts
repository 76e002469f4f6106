import { createHmac, timingSafeEqual } from 'node:crypto';

export type MediaVariant = 'original' | 'thumbnail';

export interface MediaClaim {
  sha256: string;
  projectId: string;
  imageId: string;
  variant: MediaVariant;
  /** Of an image in the bin, which those see who list it. */
  isBinned: boolean;
}

export interface UrlSigner {
  /** A relative URL, good for between one and two signing windows from `now` (milliseconds). */
  sign(claim: MediaClaim, now: number): string;
  /** The claim of a signed URL, or null when the signature is wrong or has expired. */
  verify(url: URL, now: number): MediaClaim | null;
}

/** URLs signed within one window are equal, so that a browser finds its cached copy again. */
const WINDOW_SECONDS = 60 * 60;
const SHA256 = /^[0-9a-f]{64}$/;

/** HMAC-SHA-256 over everything the URL claims, under a key derived for this purpose alone. */
export function createUrlSigner(secret: string): UrlSigner {
  function signature(claim: MediaClaim, expires: number): Buffer {
    const place = claim.isBinned ? ['bin'] : [];
    const text = [claim.sha256, claim.projectId, claim.imageId, claim.variant, expires, ...place].join('\n');
    return createHmac('sha256', `media:${secret}`).update(text).digest();
  }

  return {
    sign(claim, now) {
      const expires = (Math.floor(now / 1000 / WINDOW_SECONDS) + 2) * WINDOW_SECONDS;
      const query = new URLSearchParams({
        project: claim.projectId,
        image: claim.imageId,
        variant: claim.variant,
        ...(claim.isBinned && { bin: '1' }),
        expires: String(expires),
        signature: signature(claim, expires).toString('base64url'),
      });
      return `/media/${claim.sha256}?${query}`;
    },
    verify(url, now) {
      const sha256 = url.pathname.split('/').at(-1) ?? '';
      const variant = url.searchParams.get('variant');
      const expires = Number(url.searchParams.get('expires'));
      if (!SHA256.test(sha256) || (variant !== 'original' && variant !== 'thumbnail')) return null;
      if (!Number.isSafeInteger(expires) || expires * 1000 <= now) return null;
      const claim: MediaClaim = {
        sha256,
        projectId: url.searchParams.get('project') ?? '',
        imageId: url.searchParams.get('image') ?? '',
        variant,
        isBinned: url.searchParams.has('bin'),
      };
      const given = Buffer.from(url.searchParams.get('signature') ?? '', 'base64url');
      const expected = signature(claim, expires);
      return given.length === expected.length && timingSafeEqual(given, expected) ? claim : null;
    },
  };
}
