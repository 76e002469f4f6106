/**
 * The site that the contenders crawl, in a process of its own: `SITE_PROFILE`, `SITE_URLS`. Says `{ready: true, url,
 * origins}` over IPC; behind `url` are `GET /manifest`, `GET /log` and `POST /reset`.
 */
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Outcome, Visit } from './manifest.ts';
import { makePictures, numbered, PICTURES } from './pictures.ts';
import { type Entry, type Kind, planSite, PROFILES, SHAPES } from './plan.ts';

const KEEP_ALIVE_MS = 60_000;
const RETRY_AFTER_SECONDS = 1;
const ROBOTS = 'User-agent: *\nDisallow: /private/\n';
const PAGE = Buffer.from('<!doctype html><title>Moved</title><p>This picture has moved.</p>\n'.repeat(40));
/** Part of a file that arrives. */
const TRUNCATED_SHARE = 0.6;

process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));

const profile = PROFILES.find((name) => name === process.env['SITE_PROFILE']);
if (!profile) throw new Error(`SITE_PROFILE must be one of ${PROFILES.join(', ')}`);
const pictures = await makePictures(PICTURES);
const plan = planSite(profile, Number(process.env['SITE_URLS']), PICTURES);

function bytesOf({ kind, picture, number }: Entry): Buffer {
  if (kind === 'page') return PAGE;
  const motif = pictures[picture];
  if (!motif) throw new Error(`There is no picture ${picture}.`);
  const file = numbered(kind === 'recompressed' ? motif.again : motif.first, number);
  return kind === 'truncated' ? file.subarray(0, Math.floor(file.length * TRUNCATED_SHARE)) : file;
}

type Verdict = Pick<Outcome, 'status' | 'reason'>;
const REFUSED: Partial<Record<Kind, Verdict>> = {
  missing: { status: 'failed', reason: 'http_4xx' },
  stalled: { status: 'failed', reason: 'timeout' },
  truncated: { status: 'rejected', reason: 'corrupt' },
  page: { status: 'rejected', reason: 'not_image' },
  noai: { status: 'blocked', reason: 'noai' },
  disallowed: { status: 'blocked', reason: 'robots' },
};

let log: Visit[] = [];
let asked = new Set<Entry>();

function answer(visit: Visit, entry: Entry | undefined, response: http.ServerResponse): void {
  const send = (status: number, headers: http.OutgoingHttpHeaders, body: Buffer, length = body.length) => {
    visit.status = status;
    visit.headAt = performance.now();
    response.writeHead(status, { 'content-length': length, ...headers });
    if (length === body.length) response.end(body, () => (visit.endAt = performance.now()));
    else response.write(body);
  };
  if (visit.path === '/robots.txt') {
    send(200, { 'content-type': 'text/plain' }, Buffer.from(ROBOTS));
  } else if (!entry || entry.kind === 'missing') {
    send(404, { 'content-type': 'text/plain' }, Buffer.from('not here\n'));
  } else if (entry.kind === 'busy' && !asked.has(entry)) {
    send(503, { 'retry-after': String(RETRY_AFTER_SECONDS) }, Buffer.from('busy\n'));
  } else {
    const headers = {
      'content-type': 'image/jpeg',
      ...(entry.kind === 'noai' && { 'x-robots-tag': 'noai' }),
    };
    const bytes = bytesOf(entry);
    if (entry.kind === 'stalled') send(200, headers, bytes.subarray(0, bytes.length / 2), bytes.length);
    else send(200, headers, bytes);
  }
  if (entry) asked.add(entry);
}

async function listen(handler: http.RequestListener): Promise<string> {
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const origins: string[] = [];
for (let origin = 0; origin < SHAPES[profile].origins; origin++) {
  const places = new Map(
    [...plan.entries()].filter(([, one]) => one.origin === origin).map(([at, one]) => [one.path, at]),
  );
  const url = await listen((request, response) => {
    const path = request.url ?? '/';
    const place = places.get(path);
    const entry = place === undefined ? undefined : plan[place];
    const at = performance.now();
    const visit: Visit = { origin, entry: place ?? null, path, at, headAt: null, endAt: null, status: null };
    log.push(visit);
    if (entry && entry.latencyMs > 0) setTimeout(() => answer(visit, entry, response), entry.latencyMs);
    else answer(visit, entry, response);
  });
  origins.push(url);
}

const manifest = plan.map((entry): Outcome => {
  const refused = REFUSED[entry.kind];
  return {
    url: `${origins[entry.origin]}${entry.path}`,
    ...(refused ?? { status: entry.kind === 'copy' ? 'duplicate_exact' : 'stored', reason: null }),
    sha256: refused ? null : createHash('sha256').update(bytesOf(entry)).digest('hex'),
  };
});

const url = await listen((request, response) => {
  if (request.method === 'POST') {
    log = [];
    asked = new Set();
    response.end();
  } else response.end(JSON.stringify(request.url === '/manifest' ? manifest : log));
});
process.send?.({ ready: true, url, origins });
