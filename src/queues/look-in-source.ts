import type { RunRef } from '../crawl/coordinator.ts';
import type { Candidate } from '../crawl/discover/candidate.ts';
import { readPage } from '../crawl/discover/read-page.ts';
import { readSitemap } from '../crawl/discover/read-sitemap.ts';
import { type Answer, request, type Unfetched, type Way } from '../crawl/request.ts';
import { retryAt } from '../crawl/retry-delay.ts';
import type { Database } from '../db/client.ts';
import { addFoundUrls } from '../domain/crawl/add-found.ts';
import { addSources, type FoundSource } from '../domain/crawl/add-sources.ts';
import type { SourceOutcome } from '../domain/crawl/finish-source.ts';
import type { OpenSource } from '../domain/crawl/read-source.ts';

/** From the first request to the last byte, with what is written down meanwhile. */
const DEADLINE_MS = 60_000;
const MAX_SITEMAP_DEPTH = 3;
/** For the way through the queue. */
const EARLY_MS = 1_500;
/** URLs written down together. */
const SLICE_URLS = 500;
const ACCEPT = {
  page: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.1',
  sitemap: 'application/xml,text/xml,application/gzip,text/plain;q=0.8,*/*;q=0.1',
};

export interface SourceTools extends Way {
  service: Database;
}

export interface Looked {
  outcome: SourceOutcome;
  /** Seconds until it is looked at again; null when this was final. */
  retrySeconds: number | null;
  /** When its host may be asked, in ms since 1970, if that is what it waits for. */
  until?: number;
}

type Found = { kind: 'found'; outcome: SourceOutcome; passes: boolean };

/** Looks for URLs in one page or sitemap and adds them to the job's run. Errors: those of the database. */
export async function lookInSource(run: RunRef, source: OpenSource, tools: SourceTools): Promise<Looked> {
  const look = source.kind === 'page' ? lookInPage : lookInSitemap;
  const result = await request<Found>(
    source.url,
    ACCEPT[source.kind],
    tools,
    async (answer) => await look(answer, run, source, tools),
    DEADLINE_MS,
  );
  if (result.kind === 'found') return again(result.outcome, result.passes, source, tools, undefined);
  return unfetched(result, source, tools);
}

function unfetched(result: Unfetched, source: OpenSource, tools: SourceTools): Looked {
  if (result.kind === 'wait') {
    // Early rather than late, as a turn that was missed is void: who comes early waits.
    const seconds = Math.floor((result.until - tools.now() - EARLY_MS) / 1_000);
    return { outcome: { status: 'waiting' }, retrySeconds: Math.max(1, seconds), until: result.until };
  }
  if (result.kind === 'stopped') return { outcome: { status: 'waiting' }, retrySeconds: 1 };
  const { failure, detail, passes, notBefore } = result;
  const status = failure.status === 'blocked' ? 'blocked' : 'failed';
  return again({ status, reason: failure.reason, detail }, passes, source, tools, notBefore);
}

function again(
  outcome: SourceOutcome,
  passes: boolean,
  source: OpenSource,
  tools: SourceTools,
  notBefore: number | undefined,
): Looked {
  const at = passes ? retryAt(source.attempts - 1, tools.retrySeconds, tools.now(), notBefore) : null;
  return { outcome, retrySeconds: at === null ? null : Math.max(1, Math.ceil((at - tools.now()) / 1_000)) };
}

async function lookInPage(
  { body, response, finalUrl }: Answer,
  run: RunRef,
  _source: OpenSource,
  tools: SourceTools,
): Promise<Found> {
  const findings = await readPage(body, finalUrl, { contentType: response.headers.get('content-type') });
  const { noai, noimageai, noindex } = findings.robots;
  if (noai || noimageai || noindex) {
    const detail = 'the page asks not to be used this way (meta robots)';
    return { kind: 'found', outcome: { status: 'blocked', reason: 'noai', detail }, passes: false };
  }
  await addCandidates(findings.candidates, run, tools);
  const found = findings.candidates.length;
  if (findings.ok) return { kind: 'found', outcome: { status: 'done', found }, passes: false };
  const { reason, detail } = findings;
  return {
    kind: 'found',
    outcome: { status: 'failed', reason, detail, found },
    passes: reason === 'interrupted',
  };
}

async function lookInSitemap(
  { body, finalUrl }: Answer,
  run: RunRef,
  source: OpenSource,
  tools: SourceTools,
): Promise<Found> {
  const slices = readSitemap(body, finalUrl);
  let found = 0;
  let next = await slices.next();
  for (; !next.done; next = await slices.next()) {
    const images = next.value.flatMap((entry) => (entry.kind === 'image' ? [entry.candidate] : []));
    found += images.length;
    await addCandidates(images, run, tools);
    const depth = source.depth + 1;
    const sources = next.value.flatMap((entry): FoundSource[] => {
      if (entry.kind === 'sitemap' && depth <= MAX_SITEMAP_DEPTH)
        return [{ kind: entry.kind, url: entry.url, depth }];
      // A page whose images the sitemap names itself need not be looked at.
      return entry.kind === 'page' && entry.images === 0 ? [{ kind: entry.kind, url: entry.url, depth }] : [];
    });
    if (sources.length > 0) await addSources(tools.service, run, sources);
  }
  const summary = next.value;
  if (summary.ok) return { kind: 'found', outcome: { status: 'done', found }, passes: false };
  const { reason, detail } = summary;
  return {
    kind: 'found',
    outcome: { status: 'failed', reason, detail, found },
    passes: reason === 'interrupted',
  };
}

async function addCandidates(candidates: Candidate[], run: RunRef, tools: SourceTools): Promise<void> {
  for (let start = 0; start < candidates.length; start += SLICE_URLS) {
    const slice = candidates.slice(start, start + SLICE_URLS).map(({ url, ...context }) => ({
      url,
      context: Object.values(context).some((text) => text !== null) ? context : null,
    }));
    await addFoundUrls(tools.service, run, slice);
  }
}
