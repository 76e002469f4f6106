import { createLineReader, type Line } from './list/lines.ts';
import { ReadStop } from './read-stop.ts';
import { entryOf, resolveEntry, type SitemapEntry, type SitemapParser } from './sitemap-entry.ts';

const MAX_LINE_LENGTH = 8_192;

/** Reads a sitemap that is a text file: one absolute address a line, nothing else. */
export function createTextSitemapParser(sitemapUrl: string, maxEntries: number): SitemapParser {
  const reader = createLineReader(MAX_LINE_LENGTH);
  let found: SitemapEntry[] = [];
  let skipped = 0;
  let entries = 0;
  let addresses = 0;

  function read({ text }: Line): void {
    if (text?.trim() === '') return;
    entries += 1;
    if (entries > maxEntries) throw new ReadStop('too_large', `more than ${maxEntries} entries`);
    // There is nothing that a relative address could be told from any other word by.
    const url = text !== null && URL.canParse(text) ? resolveEntry(text, sitemapUrl) : null;
    if (url === null) skipped += 1;
    else {
      addresses += 1;
      found.push(entryOf(url, 0));
    }
  }

  return {
    push: (piece) => reader.push(piece).forEach(read),
    finish() {
      reader.finish().forEach(read);
      if (addresses === 0) throw new ReadStop('unreadable', 'no address in it');
    },
    take() {
      const taken = found;
      found = [];
      return taken;
    },
    skipped: () => skipped,
  };
}
