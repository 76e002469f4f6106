export interface Ranked {
  member: string;
  score: number;
}

/** One end of a score range. */
export interface ScoreBound {
  score: number;
  isExclusive: boolean;
}

function compare(left: Ranked, right: Ranked): number {
  if (left.score !== right.score) return left.score < right.score ? -1 : 1;
  if (left.member === right.member) return 0;
  return left.member < right.member ? -1 : 1;
}

/** Members ordered by score, then by bytes. Look-ups are O(log n); a write also moves the tail of one array. */
export class SortedSet {
  readonly #scores = new Map<string, number>();
  readonly #ordered: Ranked[] = [];

  get size(): number {
    return this.#scores.size;
  }

  score(member: string): number | undefined {
    return this.#scores.get(member);
  }

  set(member: string, score: number): void {
    this.delete(member);
    const ranked = { member, score };
    this.#ordered.splice(
      this.#firstWhere((other) => compare(other, ranked) > 0),
      0,
      ranked,
    );
    this.#scores.set(member, score);
  }

  delete(member: string): boolean {
    const at = this.rank(member);
    if (at === undefined) return false;
    this.#ordered.splice(at, 1);
    return this.#scores.delete(member);
  }

  /** Zero-based position from the lowest score. */
  rank(member: string): number | undefined {
    const score = this.#scores.get(member);
    if (score === undefined) return undefined;
    const ranked = { member, score };
    return this.#firstWhere((other) => compare(other, ranked) >= 0);
  }

  /** Entries from `start` up to, not including, `end`, in ascending order. */
  slice(start: number, end?: number): Ranked[] {
    return this.#ordered.slice(start, end);
  }

  between(low: ScoreBound, high: ScoreBound): Ranked[] {
    const start = this.#firstWhere(({ score }) => (low.isExclusive ? score > low.score : score >= low.score));
    const end = this.#firstWhere(({ score }) =>
      high.isExclusive ? score >= high.score : score > high.score,
    );
    return this.#ordered.slice(start, Math.max(start, end));
  }

  /** Binary search; `isPast` must be false up to some position and true from there on. */
  #firstWhere(isPast: (entry: Ranked) => boolean): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#ordered[middle];
      if (entry !== undefined && !isPast(entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
