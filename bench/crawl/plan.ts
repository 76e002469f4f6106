import { randomOf } from '../lib/random.ts';

const SEED = 1;

export const PROFILES = ['loopback', 'web'] as const;
export type Profile = (typeof PROFILES)[number];

export interface ProfileShape {
  urls: number;
  origins: number;
  /** Time before an answer, of each URL its own between these; null: none. */
  latencyMs: readonly [number, number] | null;
  /** The least time between two requests to an origin that counts as polite, milliseconds; null: any. */
  intervalMs: number | null;
}

export const SHAPES: Record<Profile, ProfileShape> = {
  loopback: { urls: 4_000, origins: 8, latencyMs: null, intervalMs: null },
  web: { urls: 3_000, origins: 64, latencyMs: [20, 80], intervalMs: 200 },
};

/** How the site answers for one URL. All others are `good`. */
const SHARES = {
  /** 503 with Retry-After: 1 the first time, the picture from then on. */
  busy: 0.01,
  missing: 0.01,
  /** A head and half a body, and then nothing more, every time. */
  stalled: 0.005,
  /** The same bytes as a good one's. */
  copy: 0.05,
  /** The motif of a good one, compressed again: other bytes. */
  recompressed: 0.05,
  truncated: 0.01,
  /** HTML that calls itself a JPEG. */
  page: 0.01,
  noai: 0.01,
  /** robots.txt forbids it. */
  disallowed: 0.02,
} as const;
export type Kind = keyof typeof SHARES | 'good';

export interface Entry {
  kind: Kind;
  /** Place in the list of origins. */
  origin: number;
  path: string;
  /** Two URLs of the same number have the same bytes. */
  number: number;
  picture: number;
  latencyMs: number;
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

function kindsOf(profile: Profile, urls: number): Kind[] {
  const kinds = Array<Kind>(urls).fill('good');
  if (profile === 'loopback') return kinds;
  let next = 0;
  for (const [kind, share] of Object.entries(SHARES) as [Kind, number][]) {
    for (let left = Math.round(urls * share); left > 0; left--) kinds[next++] = kind;
  }
  const random = randomOf(SEED);
  for (let at = kinds.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [kinds[at], kinds[other]] = [kinds[other] ?? 'good', kinds[at] ?? 'good'];
  }
  return kinds;
}

/** What the site of a profile serves, in the order in which the URLs are given to the contenders. */
export function planSite(profile: Profile, urls: number, pictures: number): Entry[] {
  const { origins, latencyMs } = SHAPES[profile];
  const kinds = kindsOf(profile, urls);
  const originals = [...kinds.keys()].filter((at) => kinds[at] === 'good');
  if (originals.length === 0) throw new Error('Too few URLs for this profile.');
  let copies = 0;
  return kinds.map((kind, at) => {
    const path = `/${kind === 'disallowed' ? 'private' : 'images'}/${String(at).padStart(6, '0')}.jpg`;
    const origin = at % origins;
    // Originals far from each other, so that a copy is not always met right after what it copies.
    const original = originals[(copies * 7) % originals.length] ?? 0;
    if (kind === 'copy' || kind === 'recompressed') copies++;
    const number = kind === 'copy' ? original : at;
    return {
      kind,
      origin,
      path,
      number,
      picture: (kind === 'recompressed' ? original : number) % pictures,
      latencyMs: latencyMs
        ? latencyMs[0] + (hashOf(`${origin}${path}`) % (latencyMs[1] - latencyMs[0] + 1))
        : 0,
    };
  });
}
