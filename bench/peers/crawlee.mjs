// Crawlee's HttpCrawler with its own options for robots.txt, pace and tries, 64 requests at a time. With
// CRAWLEE_STORAGE_DIR its queue and results are on disk, as they are by default; without it they are in memory alone.
import dns from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import { Configuration, HttpCrawler, log, RequestList } from '@crawlee/http';
import { readXRobotsTag } from '../../src/crawl/robots/x-robots-tag.ts';
import { createKeeper, refused } from './keep.mjs';
import { serve } from './serve.mjs';

const PARALLEL = 64;
const DEADLINE_SECONDS = 15;
const RETRIES = 2;
const USER_AGENT = 'CrawleeBench/1.0';
const isDurable = process.env['CRAWLEE_STORAGE_DIR'] !== undefined;

log.setLevel(log.LEVELS.OFF);

/**
 * Its pace is one of registrable domains, and an address has none: each origin gets a name of its own, which leads to
 * this machine.
 * @param {string[]} urls
 * @returns {Map<string, string>} names to origins
 */
function nameOrigins(urls) {
  const lookup = dns.lookup;
  const local = /** @type {typeof lookup} */ (
    (/** @type {string} */ host, /** @type {any[]} */ ...rest) =>
      Reflect.apply(lookup, dns, [host.endsWith('.test') ? '127.0.0.1' : host, ...rest])
  );
  dns.lookup = local;
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  return new Map(origins.map((origin, at) => [`http://site-${at}.test:${new URL(origin).port}`, origin]));
}

serve(async ({ urls, sinkUrl, delaySeconds }) => {
  const keep = createKeeper(sinkUrl);
  const names = delaySeconds > 0 ? nameOrigins(urls) : new Map();
  const nameOf = new Map([...names].map(([name, origin]) => [origin, name]));
  /** @param {string} url */
  const toName = (url) => url.replace(new URL(url).origin, (origin) => nameOf.get(origin) ?? origin);
  /** @param {string} url */
  const toGiven = (url) => url.replace(new URL(url).origin, (name) => names.get(name) ?? name);

  const verdicts = new Map();
  const crawler = new HttpCrawler(
    {
      ...(!isDurable && { requestList: await RequestList.open(null, urls.map(toName)) }),
      minConcurrency: PARALLEL,
      maxConcurrency: PARALLEL,
      // It would begin with ten and add few of them on a busy machine.
      autoscaledPoolOptions: { desiredConcurrency: PARALLEL },
      maxRequestRetries: RETRIES,
      navigationTimeoutSecs: DEADLINE_SECONDS,
      respectRobotsTxtFile: true,
      sameDomainDelaySecs: delaySeconds,
      // No cookies and no browser's headers: less work for it.
      useSessionPool: false,
      persistCookiesPerSession: false,
      additionalMimeTypes: ['*/*'],
      preNavigationHooks: [
        (_context, options) => {
          Object.assign(options, { useHeaderGenerator: false, headers: { 'user-agent': USER_AGENT } });
        },
      ],
      async requestHandler({ request, response, body, pushData }) {
        const url = toGiven(request.url);
        const tag = readXRobotsTag(String(response.headers['x-robots-tag'] ?? ''));
        if ((response.statusCode ?? 0) >= 400) verdicts.set(url, refused('failed', 'http_4xx'));
        else if (tag.noai || tag.noimageai || tag.noindex) verdicts.set(url, refused('blocked', 'noai'));
        else verdicts.set(url, await keep(Buffer.from(body)));
        if (isDurable) await pushData({ url, ...verdicts.get(url) });
      },
      // It does not read Retry-After by itself.
      async errorHandler({ response }) {
        const seconds = Number(response?.headers['retry-after'] ?? 0);
        if (seconds > 0) await sleep(seconds * 1_000);
      },
      async failedRequestHandler({ request }, error) {
        const isLate = /timed? ?out|timeout/i.test(`${error.name} ${error.message}`);
        verdicts.set(toGiven(request.url), refused('failed', isLate ? 'timeout' : 'http_5xx'));
      },
      onSkippedRequest({ url, reason }) {
        if (reason === 'robotsTxt') verdicts.set(toGiven(url), refused('blocked', 'robots'));
      },
    },
    new Configuration({ persistStorage: isDurable, availableMemoryRatio: 1 }),
  );
  await crawler.run(isDurable ? urls.map(toName) : undefined);
  return verdicts;
});
