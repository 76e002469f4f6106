import { createHmac, timingSafeEqual } from 'node:crypto';
import { BoundedMap } from '../lib/bounded-map.ts';

export type MediaVariant = 'original' | 'thumbnail';

/** One image, whose bytes are shown in two variants. */
export interface ImageClaim {
  sha256: string;
  projectId: string;
  imageId: string;
  /** Of an image in the bin, which those see who list it. */
  isBinned: boolean;
}

export interface MediaClaim extends ImageClaim {
  variant: MediaVariant;
}

export interface UrlSigner {
  /** Relative URLs, good for between one and two signing windows from `now` (milliseconds). */
  sign(claim: ImageClaim, now: number): Record<MediaVariant, string>;
  /** The claim of a signed URL, or null when the signature is wrong or has expired. */
  verify(url: URL, now: number): MediaClaim | null;
}

/** URLs signed within one window are equal, so that a browser finds its cached copy again. */
const WINDOW_SECONDS = 60 * 60;
const SHA256 = /^[0-9a-f]{64}$/;
/** Some 400 bytes each: what a team looks at within an hour. */
const MAX_REMEMBERED = 10_000;

// Isolate lifetime: a signer holds nothing of a request.
const signers = new Map<string, UrlSigner>();

/** The isolate's signer. It remembers what it has signed, for the same pages are shown again and again. */
export function urlSignerOf(secret: string): UrlSigner {
  const signer = signers.get(secret) ?? createUrlSigner(secret);
  signers.set(secret, signer);
  return signer;
}

/**
 * HMAC-SHA-256 over everything that the URLs of an image claim, under a key derived for this purpose alone. A half of it
 * signs each variant: 128 bits are as many as RFC 2104 (section 5) asks for, one half tells nothing of the other, and a
 * page of images costs half as many HMACs.
 */
export function createUrlSigner(secret: string): UrlSigner {
  const remembered = new BoundedMap<Record<MediaVariant, string>>(MAX_REMEMBERED);

  const claimText = ({ sha256, projectId, imageId, isBinned }: ImageClaim, expires: number) =>
    `${sha256}\n${projectId}\n${imageId}\n${expires}\n${isBinned ? 'bin' : 'live'}`;

  function computeSignatures(text: string): Record<MediaVariant, Buffer> {
    const both = createHmac('sha256', `media:${secret}`).update(text).digest();
    return { original: both.subarray(0, 16), thumbnail: both.subarray(16) };
  }

  function signaturesOf(text: string): Record<MediaVariant, string> {
    const known = remembered.get(text);
    if (known) return known;
    const { original, thumbnail } = computeSignatures(text);
    const signed = { original: original.toString('base64url'), thumbnail: thumbnail.toString('base64url') };
    remembered.set(text, signed);
    return signed;
  }

  return {
    sign(claim, now) {
      const expires = (Math.floor(now / 1000 / WINDOW_SECONDS) + 2) * WINDOW_SECONDS;
      const signed = signaturesOf(claimText(claim, expires));
      const project = encodeURIComponent(claim.projectId);
      const image = encodeURIComponent(claim.imageId);
      const bin = claim.isBinned ? '&bin=1' : '';
      const address = (variant: MediaVariant) =>
        `/media/${claim.sha256}?project=${project}&image=${image}&variant=${variant}${bin}` +
        `&expires=${expires}&signature=${signed[variant]}`;
      return { original: address('original'), thumbnail: address('thumbnail') };
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
      // Not remembered: whoever asks chooses what it says.
      const expected = computeSignatures(claimText(claim, expires))[variant];
      return given.length === expected.length && timingSafeEqual(given, expected) ? claim : null;
    },
  };
}
