import { type ByteSource, createByteSource } from './byte-source.ts';
import { gunzip } from './gunzip.ts';
import { type ReadFailure, ReadStop } from './read-stop.ts';
import type { SitemapEntry, SitemapParser } from './sitemap-entry.ts';
import { createTextSitemapParser } from './sitemap-text.ts';
import { createXmlSitemapParser } from './sitemap-xml.ts';

/** Of https://www.sitemaps.org/protocol.html, which counts the bytes of the file once decompressed. */
const MAX_SITEMAP_BYTES = 50 * 1024 * 1024;
const MAX_SITEMAP_ENTRIES = 50_000;
const SLICE_ENTRIES = 500;

export interface SitemapOptions {
  maxBytes?: number;
  maxEntries?: number;
}

/** What was handed out stays valid, also when the file could not be read to its end. */
export type SitemapSummary = {
  entries: number;
  /** Entries without a usable address. */
  skipped: number;
} & ({ ok: true } | ({ ok: false } & ReadFailure));

/**
 * Reads a sitemap, an index of sitemaps or a text file of addresses while it streams by, in slices of at most
 * SLICE_ENTRIES; gzip is told by its bytes. Addresses may be on any host and repeat; the file's own is left
 * out. `sitemapUrl` is absolute. Cancels the body when it, or the caller, stops early. Never throws for what the file holds.
 */
export async function* readSitemap(
  body: ReadableStream<Uint8Array>,
  sitemapUrl: string,
  options: SitemapOptions = {},
): AsyncGenerator<SitemapEntry[], SitemapSummary, undefined> {
  const { maxBytes = MAX_SITEMAP_BYTES, maxEntries = MAX_SITEMAP_ENTRIES } = options;
  const source = createByteSource(body, maxBytes);
  let parser: SitemapParser | null = null;
  let failure: ReadFailure | null = null;
  let entries = 0;

  function* takeSlices(): Generator<SitemapEntry[]> {
    const taken = parser?.take() ?? [];
    for (let at = 0; at < taken.length; at += SLICE_ENTRIES) {
      const slice = taken.slice(at, at + SLICE_ENTRIES);
      entries += slice.length;
      yield slice;
    }
  }

  try {
    for await (const text of readTexts(source, maxBytes)) {
      parser ??= createParser(text, sitemapUrl, maxEntries);
      parser?.push(text);
      yield* takeSlices();
    }
    if (!parser) throw new ReadStop('unreadable', 'it is empty');
    parser.finish();
  } catch (error) {
    if (!(error instanceof ReadStop)) throw error;
    failure = error.failure;
  } finally {
    await source.cancel();
  }
  yield* takeSlices();
  const counts = { entries, skipped: parser?.skipped() ?? 0 };
  return failure ? { ok: false, ...failure, ...counts } : { ok: true, ...counts };
}

/** Null while there is nothing but white space. */
function createParser(text: string, sitemapUrl: string, maxEntries: number): SitemapParser | null {
  const start = text.trimStart();
  if (start === '') return null;
  const create = start.startsWith('<') ? createXmlSitemapParser : createTextSitemapParser;
  return create(sitemapUrl, maxEntries);
}

async function* readTexts(source: ByteSource, maxBytes: number): AsyncGenerator<string, void, undefined> {
  const [first, second] = await source.peek(2);
  const pieces = first === 0x1f && second === 0x8b ? gunzip(source, maxBytes) : readPieces(source);
  const decoder = new TextDecoder();
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

async function* readPieces(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let piece = await source.next(); piece !== null; piece = await source.next()) yield piece;
}
