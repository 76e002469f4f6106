import { ReadStop } from './read-stop.ts';

/** What an XML document consists of, in its order. Names are local (no prefix) and in lower case. */
export interface XmlSink {
  open(name: string): void;
  close(name: string): void;
  /** A piece of text; entities as they stand there, and possibly cut by the next piece. */
  text(source: string): void;
  /** A piece of a CDATA section. */
  literal(text: string): void;
}

const MAX_TAG_LENGTH = 16_384;

interface Section {
  start: string;
  end: string;
  isText: boolean;
}
const SECTIONS: readonly Section[] = [
  { start: '<!--', end: '-->', isText: false },
  { start: '<![CDATA[', end: ']]>', isText: true },
  { start: '<?', end: '?>', isText: false },
];

/**
 * A tolerant scanner for XML that arrives in pieces; holds no more than one tag. It checks no nesting, reads no
 * attributes, and ends a tag at its first `>`. A document type is refused (ReadStop): with it come entity bombs.
 */
export function createXmlScanner(sink: XmlSink): { push(piece: string): void } {
  /** What is not understood yet. */
  let rest = '';
  let section: Section | null = null;

  /** Reads one thing at `at`; where it ends, or -1 when more is needed. */
  function step(at: number): number {
    if (section) return readSection(section, at);
    const markup = rest.indexOf('<', at);
    if (markup !== at) {
      const end = markup < 0 ? rest.length : markup;
      sink.text(rest.slice(at, end));
      return end;
    }
    return rest[at + 1] === '!' || rest[at + 1] === '?' ? openSection(at) : readTag(at);
  }

  function openSection(at: number): number {
    section = SECTIONS.find(({ start }) => rest.startsWith(start, at)) ?? null;
    if (section) return at + section.start.length;
    const begun = rest.slice(at);
    if (SECTIONS.some(({ start }) => start.startsWith(begun))) return -1;
    throw new ReadStop('unreadable', 'a document type is not accepted');
  }

  function readSection({ end, isText }: Section, at: number): number {
    const found = rest.indexOf(end, at);
    // Its end may be cut in two.
    const stop = found < 0 ? Math.max(at, rest.length - end.length + 1) : found;
    if (isText && stop > at) sink.literal(rest.slice(at, stop));
    if (found < 0) return stop > at ? stop : -1;
    section = null;
    return found + end.length;
  }

  function readTag(at: number): number {
    const end = rest.indexOf('>', at);
    if ((end < 0 ? rest.length : end) - at > MAX_TAG_LENGTH)
      throw new ReadStop('unreadable', 'a tag that does not end');
    if (end < 0) return -1;
    const isClosing = rest[at + 1] === '/';
    const name = nameOf(rest.slice(at + (isClosing ? 2 : 1), end));
    if (!isClosing) sink.open(name);
    if (isClosing || rest[end - 1] === '/') sink.close(name);
    return end + 1;
  }

  return {
    push(piece) {
      rest += piece;
      let at = 0;
      for (let next = 0; next >= 0 && at < rest.length;) {
        next = step(at);
        if (next >= 0) at = next;
      }
      rest = rest.slice(at);
    },
  };
}

function nameOf(tag: string): string {
  const name = /^[^\s/]*/.exec(tag)?.[0] ?? '';
  return name.slice(name.lastIndexOf(':') + 1).toLowerCase();
}
