export interface SrcsetEntry {
  url: string;
  /** Pixels, of a `w` descriptor. */
  width: number | null;
  /** Of an `x` descriptor. */
  density: number | null;
}

/** More than any page has; a longer list is cut. */
const MAX_ENTRIES = 1_000;
const SPACES_AND_COMMAS = /[\t\n\f\r ,]*/y;
const NOT_SPACES = /[^\t\n\f\r ]*/y;
const DESCRIPTOR_END = /[\t\n\f\r (,]/g;
const FLOAT = /^-?(?:\d+|\d*\.\d+)(?:[eE][-+]?\d+)?$/;

/**
 * Splits a srcset attribute as https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute
 * does: an address ends at white space, so it may hold commas (`data:` addresses do). Entries with descriptors that
 * are unknown, repeated or zero are left out. Linear in the text.
 */
export function parseSrcset(text: string): SrcsetEntry[] {
  const entries: SrcsetEntry[] = [];
  let at = matchEnd(SPACES_AND_COMMAS, text, 0);
  while (at < text.length && entries.length < MAX_ENTRIES) {
    const end = matchEnd(NOT_SPACES, text, at);
    let urlEnd = end;
    while (text[urlEnd - 1] === ',') urlEnd -= 1;
    const url = text.slice(at, urlEnd);
    if (urlEnd < end) {
      entries.push({ url, width: null, density: null });
      at = end;
    } else {
      const { descriptors, next } = readDescriptors(text, end);
      const entry = describe(url, descriptors);
      if (entry) entries.push(entry);
      at = next;
    }
    at = matchEnd(SPACES_AND_COMMAS, text, at);
  }
  return entries;
}

function matchEnd(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

/** Descriptors are parted by white space and end at a comma; neither counts within parentheses. */
function readDescriptors(text: string, from: number): { descriptors: string[]; next: number } {
  const descriptors: string[] = [];
  let start = from;
  let at = from;
  const take = () => {
    if (at > start) descriptors.push(text.slice(start, at));
  };
  while (at < text.length) {
    DESCRIPTOR_END.lastIndex = at;
    at = DESCRIPTOR_END.exec(text)?.index ?? text.length;
    const sign = text[at];
    if (sign === undefined) break;
    if (sign === '(') {
      const close = text.indexOf(')', at);
      at = close < 0 ? text.length : close + 1;
      continue;
    }
    take();
    at += 1;
    start = at;
    if (sign === ',') return { descriptors, next: at };
  }
  take();
  return { descriptors, next: at };
}

function describe(url: string, descriptors: readonly string[]): SrcsetEntry | null {
  let width: number | null = null;
  let density: number | null = null;
  let height: number | null = null;
  for (const descriptor of descriptors) {
    const value = descriptor.slice(0, -1);
    const number = Number(value);
    const isCount = /^\d+$/.test(value) && number > 0;
    if (descriptor.endsWith('w') && isCount && width === null && density === null) width = number;
    else if (descriptor.endsWith('h') && isCount && height === null && density === null) height = number;
    else if (
      descriptor.endsWith('x') &&
      FLOAT.test(value) &&
      number >= 0 &&
      (width ?? height ?? density) === null
    )
      density = number;
    else return null;
  }
  return height !== null && width === null ? null : { url, width, density };
}
