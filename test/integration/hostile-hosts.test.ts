import { expect, inject, it } from 'vitest';
import { createProject, signUp } from '../helpers/client.ts';
import { createJob, finishJob, itemsOf } from '../helpers/crawl.ts';

const host = inject('stores').hostileHostUrl;

/** How each ends; what breaks the connection is tried again before it is final. */
const OUTCOMES: Record<string, string> = {
  '/gzip-bomb.png': 'rejected too_large',
  '/not-gzip.png': 'failed reset',
  '/short.png': 'failed reset',
  '/zero.png': 'rejected not_image',
  '/long-location.png': 'failed http_4xx',
  '/cycle.png': 'failed redirects',
  '/odd-location.png': 'blocked private_address',
  '/script-location.png': 'blocked policy',
  '/many-headers.png': 'rejected not_image',
  '/bad-tag.png': 'blocked noai',
  '/status-999.png': 'failed http_5xx',
  '/garbage.png': 'failed reset',
  '/negative-length.png': 'failed reset',
  '/two-lengths.png': 'failed reset',
  '/huge-head.png': 'rejected not_image',
};

it('a hostile server leaves every address with its one explained status', async () => {
  const ada = await signUp();
  const paths = Object.keys(OUTCOMES).map((path) => new URL(path, host).href);
  const job = await createJob(ada, await createProject(ada), paths);
  await ada.call(`/v1/jobs/${job}/start`, { method: 'POST' });
  expect(await finishJob(ada, job)).toMatchObject({ pending: 0, done: paths.length });
  const found = (await itemsOf(ada, job)).map(({ url, status, reason }) => [
    new URL(url).pathname,
    `${status} ${reason}`,
  ]);
  expect(Object.fromEntries(found)).toEqual(OUTCOMES);
});
