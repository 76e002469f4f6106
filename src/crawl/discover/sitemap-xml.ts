import { foldText } from './candidate.ts';
import { decodeXml } from './entities.ts';
import { resolveUrl } from './image-url.ts';
import { ReadStop } from './read-stop.ts';
import { entryOf, resolveEntry, type SitemapEntry, type SitemapParser } from './sitemap-entry.ts';
import { createXmlScanner } from './xml-scanner.ts';

/** Of one `url`, as the image extension says. */
const MAX_IMAGES_PER_PAGE = 1_000;
/** Characters before decoding; longer ones are cut, which makes no address: it is too long still. */
const MAX_FIELD_LENGTH = 8_192;

const ROOTS = ['urlset', 'sitemapindex'];
const FIELDS = ['loc', 'title', 'caption', 'license'] as const;
type Field = (typeof FIELDS)[number];
type Fields = Partial<Record<Field, string>>;

/**
 * Reads https://www.sitemaps.org/protocol.html with the image extension, by local names whatever their prefix.
 * A `url` or `image` that is not closed ends where the next one begins.
 */
export function createXmlSitemapParser(sitemapUrl: string, maxEntries: number): SitemapParser {
  let found: SitemapEntry[] = [];
  let skipped = 0;
  let entries = 0;
  let root: string | null = null;
  let isClosed = false;
  let entry: { isSitemap: boolean; fields: Fields; images: Fields[] } | null = null;
  let image: Fields | null = null;
  let field: Field | null = null;
  let value = '';
  /** Text that may end within an entity. */
  let source = '';

  function extend(text: string): void {
    if (value.length <= MAX_FIELD_LENGTH) value += text;
  }
  function flush(): void {
    extend(source.length > MAX_FIELD_LENGTH ? source : decodeXml(source));
    source = '';
  }

  function openEntry(isSitemap: boolean): void {
    closeEntry();
    entries += 1;
    if (entries > maxEntries) throw new ReadStop('too_large', `more than ${maxEntries} entries`);
    entry = { isSitemap, fields: {}, images: [] };
  }

  function closeEntry(): void {
    const closed = entry;
    entry = null;
    image = null;
    field = null;
    if (!closed) return;
    const url = resolveEntry(closed.fields.loc ?? '', sitemapUrl);
    const images = closed.images.flatMap((fields) => imageOf(fields, url));
    skipped += closed.images.length - images.length;
    for (const read of images) found.push(read);
    if (url === null) skipped += 1;
    else found.push(closed.isSitemap ? { kind: 'sitemap', url } : entryOf(url, images.length));
  }

  function imageOf(fields: Fields, pageUrl: string | null): SitemapEntry[] {
    const url = resolveUrl(fields.loc ?? '', sitemapUrl);
    if (url === null) return [];
    const [alt, caption] = [foldText(fields.title ?? ''), foldText(fields.caption ?? '')];
    const licenseUrl = resolveUrl(fields.license ?? '', sitemapUrl);
    return [{ kind: 'image', candidate: { url, pageUrl, alt, caption, licenseUrl } }];
  }

  function openField(name: Field): void {
    // Titles and captions of news and videos are none of an image.
    if (!entry || (name !== 'loc' && !image)) return;
    field = name;
    value = '';
  }

  function closeField(): void {
    const fields = image ?? entry?.fields;
    if (fields && field && value.trim() !== '') fields[field] ??= value;
    field = null;
  }

  const scanner = createXmlScanner({
    open(name) {
      flush();
      if (root === null) {
        if (!ROOTS.includes(name)) throw new ReadStop('unreadable', `<${name.slice(0, 40)}> is no sitemap`);
        root = name;
      } else if (name === 'url' || name === 'sitemap') openEntry(name === 'sitemap');
      else if (name === 'image' && entry) {
        image = {};
        if (entry.images.length < MAX_IMAGES_PER_PAGE) entry.images.push(image);
        else skipped += 1;
      } else if (isField(name)) openField(name);
    },
    close(name) {
      flush();
      if (name === field) closeField();
      else if (name === 'image') image = null;
      else if (name === 'url' || name === 'sitemap') closeEntry();
      else if (name === root) isClosed = true;
    },
    text(text) {
      if (field && source.length <= MAX_FIELD_LENGTH) source += text;
    },
    literal(text) {
      flush();
      if (field) extend(text);
    },
  });

  return {
    push: scanner.push,
    finish() {
      closeEntry();
      if (root === null) throw new ReadStop('unreadable', 'no sitemap in it');
      if (!isClosed) throw new ReadStop('unreadable', `it ends before </${root}>`);
    },
    take() {
      const taken = found;
      found = [];
      return taken;
    },
    skipped: () => skipped,
  };
}

function isField(name: string): name is Field {
  return FIELDS.some((field) => field === name);
}
