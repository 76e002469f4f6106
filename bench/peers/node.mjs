// The plain way: a script of its own on Node's fetch, 64 downloads at a time. It reads robots.txt first, but knows no
// pace and no second try.
import { isAllowed } from '../../src/crawl/robots/is-allowed.ts';
import { parseRobots } from '../../src/crawl/robots/parse-robots.ts';
import { createKeeper, refused } from './keep.mjs';
import { serve } from './serve.mjs';

const PARALLEL = 64;
const DEADLINE_MS = 15_000;

/** @param {string} origin */
async function readRules(origin) {
  const response = await fetch(new URL('/robots.txt', origin), { signal: AbortSignal.timeout(DEADLINE_MS) });
  return parseRobots(response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array());
}

serve(async ({ urls, sinkUrl }) => {
  const keep = createKeeper(sinkUrl);
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const rules = new Map(
    await Promise.all(
      origins.map(async (origin) => /** @type {const} */ ([origin, await readRules(origin)])),
    ),
  );

  /** @param {string} url */
  async function visit(url) {
    const { origin, pathname } = new URL(url);
    const known = rules.get(origin);
    if (known && !isAllowed(known, pathname)) return refused('blocked', 'robots');
    const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS) });
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok
      ? await keep(bytes)
      : refused('failed', response.status < 500 ? 'http_4xx' : 'http_5xx');
  }

  const verdicts = new Map();
  const queue = urls.values();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const url of queue) verdicts.set(url, await visit(url));
    }),
  );
  return verdicts;
});
