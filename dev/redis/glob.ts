/**
 * Redis glob match: `*`, `?`, `[a-z]`, `[^a]`, and `\` to escape. Linear in the pattern times the text: on a mismatch
 * only the last star is tried again, so a hostile pattern cannot blow up.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      starAt = p++;
      resumeAt = t;
      continue;
    }
    const next = matchOne(pattern, p, text.charCodeAt(t));
    if (next > 0) {
      p = next;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Returns the position after the pattern element that matched the byte, or 0 when it did not. */
function matchOne(pattern: string, at: number, byte: number): number {
  const element = pattern[at];
  if (element === undefined) return 0;
  if (element === '?') return at + 1;
  if (element === '[') return matchClass(pattern, at + 1, byte);
  const literal = element === '\\' && at + 1 < pattern.length ? at + 1 : at;
  return pattern.charCodeAt(literal) === byte ? literal + 1 : 0;
}

function matchClass(pattern: string, start: number, byte: number): number {
  const negated = pattern[start] === '^';
  let at = negated ? start + 1 : start;
  let found = false;
  while (at < pattern.length && pattern[at] !== ']') {
    if (pattern[at] === '\\' && at + 1 < pattern.length) at++;
    const low = pattern.charCodeAt(at);
    const isRange = pattern[at + 1] === '-' && at + 2 < pattern.length;
    const high = isRange ? pattern.charCodeAt(at + 2) : low;
    if (byte >= Math.min(low, high) && byte <= Math.max(low, high)) found = true;
    at += isRange ? 3 : 1;
  }
  return found === negated ? 0 : Math.min(at + 1, pattern.length);
}
