import { PRODUCT_TOKEN } from './parse-robots.ts';

interface RobotsTag {
  noai: boolean;
  noimageai: boolean;
  noindex: boolean;
}

/** Rules that have a value, told from `agent: rule` by their names. */
const RULES_WITH_VALUE = new Set([
  'unavailable_after',
  'max-snippet',
  'max-image-preview',
  'max-video-preview',
]);
/** A date after a comma has blanks before its colon, and so is no agent. */
const AGENT = /^[\w./*-]+$/;

/**
 * What an `X-Robots-Tag` says to us: rules for all, and those after `DarkroomBot:` until another agent is
 * named (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Robots-Tag). `none` is `noindex`.
 * Several headers come joined by commas, so rules of a header after one with an agent count as that agent's.
 */
export function readXRobotsTag(header: string | null): RobotsTag {
  const rules = new Set<string>();
  let isForUs = true;
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const { agent, rule } = splitAgent(part.trim());
    if (agent !== null) isForUs = agent === '*' || agent.split('/')[0] === PRODUCT_TOKEN.toLowerCase();
    if (isForUs) rules.add(rule);
  }
  return {
    noai: rules.has('noai'),
    noimageai: rules.has('noimageai'),
    noindex: rules.has('noindex') || rules.has('none'),
  };
}

function splitAgent(part: string): { agent: string | null; rule: string } {
  const colon = part.indexOf(':');
  const name = part.slice(0, Math.max(colon, 0)).trim();
  if (!AGENT.test(name) || RULES_WITH_VALUE.has(name)) return { agent: null, rule: part };
  return { agent: name, rule: part.slice(colon + 1).trim() };
}
