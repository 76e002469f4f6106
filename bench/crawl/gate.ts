import type { Outcome } from './manifest.ts';

/** How right a run was. */
export interface Gate {
  /** URLs. */
  expected: number;
  correct: number;
  wrongStatuses: number;
  wrongHashes: number;
  politenessViolations: number;
}

export interface Judgement {
  gate: Gate;
  /** URLs with good bytes that ended as an image or as a duplicate of one. */
  accepted: number;
  /** Sorted, each once. */
  hashes: string[];
  /** What was wrong, in words. */
  faults: string[];
}

const isAccepted = ({ status }: Outcome) => status === 'stored' || status === 'duplicate_exact';

/**
 * Compares what a contender says with what is right. Among URLs of the same bytes one has to be stored and the others
 * duplicates, whichever it is; a reason has to be the expected one as well.
 */
export function judge(manifest: Outcome[], outcomes: Outcome[], politenessViolations: number): Judgement {
  const said = new Map(outcomes.map((outcome) => [outcome.url, outcome]));
  const stored = new Set<string>();
  const faults: string[] = [];
  let accepted = 0;
  let correct = 0;
  let wrongStatuses = 0;
  let wrongHashes = 0;
  for (const right of manifest) {
    const got = said.get(right.url) ?? { ...right, status: 'missing', reason: null, sha256: null };
    const isStatusRight = isAccepted(right)
      ? isAccepted(got) && !(got.status === 'stored' && stored.has(right.sha256 ?? ''))
      : got.status === right.status && got.reason === right.reason;
    const isHashRight = got.sha256 === right.sha256;
    if (got.status === 'stored' && got.sha256 !== null) stored.add(got.sha256);
    if (isAccepted(right) && isAccepted(got) && isHashRight) accepted++;
    if (!isStatusRight) wrongStatuses++;
    if (!isHashRight) wrongHashes++;
    if (isStatusRight && isHashRight) correct++;
    else
      faults.push(
        `${right.url}: ${got.status} ${got.reason ?? ''} ${got.sha256 ?? ''}, not ${right.status} ${right.reason ?? ''} ${right.sha256 ?? ''}`,
      );
  }
  const lost = new Set(
    manifest.flatMap(({ sha256 }) => (sha256 !== null && !stored.has(sha256) ? sha256 : [])),
  );
  if (lost.size > 0) faults.push(`${lost.size} pictures were stored by no URL`);
  wrongStatuses += lost.size;
  return {
    gate: {
      expected: manifest.length,
      correct,
      wrongStatuses,
      wrongHashes,
      politenessViolations,
    },
    accepted,
    hashes: [...new Set(outcomes.flatMap(({ sha256 }) => sha256 ?? []))].sort(),
    faults,
  };
}
