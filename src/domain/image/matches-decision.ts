/** What can be decided about an image. */
interface Decided {
  review: string;
  label: string | null;
  tags: readonly string[];
}

/** The parts of a filter that a decision can change; what is left out matches anything. */
interface DecisionFilter {
  review?: string | undefined;
  label?: string | undefined;
  tag?: string | undefined;
}

/**
 * Whether an image matches a filter as far as a decision can change that: what it is and where it came from stay. The
 * console asks the same of the images that it shows.
 */
export function matchesDecision({ review, label, tags }: Decided, filter: DecisionFilter): boolean {
  return (
    (filter.review === undefined || filter.review === review) &&
    (filter.label === undefined || filter.label === label) &&
    (filter.tag === undefined || tags.includes(filter.tag))
  );
}
