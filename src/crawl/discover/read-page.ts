import { type ByteSource, createByteSource } from './byte-source.ts';
import type { Candidate } from './candidate.ts';
import { CHARSET_PROBE_BYTES, charsetOf } from './charset.ts';
import { createPageCollector, type PageRobots } from './page-collector.ts';
import { type PageStop, parserFaultOf, watchPage } from './page-elements.ts';
import { type ReadFailure, ReadStop } from './read-stop.ts';

const MAX_PAGE_BYTES = 10 * 1024 * 1024;
const MAX_PAGE_CANDIDATES = 20_000;

export interface PageOptions {
  /** Of the reply; names the encoding. */
  contentType?: string | null;
  maxBytes?: number;
  maxCandidates?: number;
}

/** What was found, also when the page could not be read to its end. */
export type PageFindings = { candidates: Candidate[]; robots: PageRobots } & (
  { ok: true } | ({ ok: false } & ReadFailure)
);

/**
 * Finds the images of a web page while it streams by: `img` (of srcset and lazy-load attributes the largest, one per
 * image), `picture`, `noscript`, Open Graph and Twitter cards, `link rel=image_src`, links to image files (which
 * stand for the thumbnail within them), posters, JSON-LD. Each candidate has the words of its place: alternative
 * text, caption of its figure, licence of its figure, else of the page. No link is followed. `pageUrl`, absolute,
 * resolves until the first `base`. Cancels the body when it stops early. Never throws for what the page holds.
 */
export async function readPage(
  body: ReadableStream<Uint8Array>,
  pageUrl: string,
  options: PageOptions = {},
): Promise<PageFindings> {
  const source = createByteSource(body, options.maxBytes ?? MAX_PAGE_BYTES);
  const collector = createPageCollector(pageUrl, options.maxCandidates ?? MAX_PAGE_CANDIDATES);
  const stop: PageStop = { failure: null };
  try {
    const charset = charsetOf(await source.peek(CHARSET_PROBE_BYTES), options.contentType ?? null);
    const headers = { 'content-type': `text/html; charset=${charset}` };
    await watchPage(new Response(streamOf(source, stop), { headers }), collector, stop);
  } catch (error) {
    stop.failure ??= failureOf(error);
  } finally {
    await source.cancel();
  }
  const found = collector.finish();
  return stop.failure ? { ok: false, ...stop.failure, ...found } : { ok: true, ...found };
}

/** Ends where the reading stops, for an error would be reported as a fault of the Worker. */
function streamOf(source: ByteSource, stop: PageStop): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const piece = stop.failure ? null : await source.next();
          if (piece === null) controller.close();
          else controller.enqueue(piece);
        } catch (error) {
          stop.failure ??= failureOf(error);
          controller.close();
        }
      },
    },
    { highWaterMark: 0 },
  );
}

function failureOf(error: unknown): ReadFailure {
  if (error instanceof ReadStop) return error.failure;
  const fault = parserFaultOf(error);
  if (fault === null) throw error;
  if (fault.includes('memory limit'))
    return { reason: 'too_large', detail: 'a part of the page is too large' };
  return { reason: 'unreadable', detail: fault };
}
