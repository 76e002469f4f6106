import { encodePath } from './encode-path.ts';
import type { RobotsRules } from './parse-robots.ts';

/** Up to here the engine's own search costs less than it may waste. */
const SHORT_WORD = 8;

/**
 * Whether the rules let a path with its query be asked for: the longest pattern that matches decides, `allow`
 * where two are equally long (RFC 9309 §2.2.2). `/robots.txt` itself always may be. Takes time in proportion
 * to the path and the patterns, whatever they are.
 */
export function isAllowed(rules: RobotsRules, pathAndQuery: string): boolean {
  const paths = encodePath(pathAndQuery);
  if (paths[0] === '/robots.txt') return true;
  const disallowed = longestMatch(rules.disallow, paths, 0);
  return disallowed === 0 || longestMatch(rules.allow, paths, disallowed) > 0;
}

/** Octets of the longest pattern that matches and has at least `least`; 0 when none does. */
function longestMatch(patterns: readonly string[], paths: readonly string[], least: number): number {
  for (const pattern of patterns) {
    if (pattern.length < least) return 0;
    if (paths.some((path) => matches(pattern, path))) return pattern.length;
  }
  return 0;
}

/** Each piece between stars is taken where it is found first: no later place could leave more for the rest. */
function matches(pattern: string, path: string): boolean {
  const isAnchored = pattern.endsWith('$');
  const end = pattern.length - (isAnchored ? 1 : 0);
  const star = pattern.indexOf('*');
  const head = pattern.slice(0, star < 0 ? end : star);
  if (!path.startsWith(head)) return false;
  if (star < 0) return !isAnchored || path.length === head.length;
  if (end - pattern.split('*').length + 1 > path.length) return false;

  const pieces = pattern.slice(star + 1, end).split('*');
  const last = pieces.pop() ?? '';
  let from = head.length;
  for (const piece of pieces) {
    const at = find(piece, path, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  if (isAnchored) return path.length - last.length >= from && path.endsWith(last);
  return find(last, path, from) >= 0;
}

/** `indexOf` in linear time (Knuth, Morris, Pratt 1977): the engine's own is quadratic for hostile input. */
function find(word: string, text: string, from: number): number {
  if (word.length > text.length - from) return -1;
  if (word.length <= SHORT_WORD) return text.indexOf(word, from);
  /** For each place in the word: how much of its beginning ends there. */
  const borders = new Uint32Array(word.length);
  for (let at = 1, border = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    while (border > 0 && code !== word.charCodeAt(border)) border = borders[border - 1] ?? 0;
    if (code === word.charCodeAt(border)) border++;
    borders[at] = border;
  }
  for (let at = from, known = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (known > 0 && code !== word.charCodeAt(known)) known = borders[known - 1] ?? 0;
    if (code === word.charCodeAt(known)) known++;
    if (known === word.length) return at - known + 1;
  }
  return -1;
}
