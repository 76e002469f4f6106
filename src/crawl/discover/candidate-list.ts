import { type Candidate, foldText } from './candidate.ts';

/** What one place of a document says about an image; texts as they stand there. */
export interface Mention {
  url: string;
  alt?: string | null;
  caption?: string | null;
  licenseUrl?: string | null;
}

/** Bounds the memory of a page whose every address is long: characters of addresses and texts. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** The images of one page, each once. */
export interface CandidateList {
  /** The image, new or known: the first words about it win, what was missing is filled in. Null when full. */
  add(mention: Mention): Candidate | null;
  /** Whether an image was turned away. */
  isFull(): boolean;
  all(): Candidate[];
}

export function createCandidateList(pageUrl: string, maxCandidates: number): CandidateList {
  const byUrl = new Map<string, Candidate>();
  let characters = 0;
  let isFull = false;

  function insert(url: string): Candidate | null {
    characters += url.length;
    isFull ||= byUrl.size >= maxCandidates || characters > MAX_CHARACTERS;
    if (isFull) return null;
    const candidate: Candidate = { url, pageUrl, alt: null, caption: null, licenseUrl: null };
    byUrl.set(url, candidate);
    return candidate;
  }

  return {
    add({ url, alt, caption, licenseUrl }) {
      const candidate = byUrl.get(url) ?? insert(url);
      if (!candidate) return null;
      if (candidate.alt === null && alt) {
        candidate.alt = foldText(alt);
        characters += candidate.alt?.length ?? 0;
      }
      candidate.caption ??= foldText(caption ?? '');
      candidate.licenseUrl ??= licenseUrl ?? null;
      return candidate;
    },
    isFull: () => isFull,
    all: () => [...byUrl.values()],
  };
}
