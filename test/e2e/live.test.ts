import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAsPage as ask, launchBrowser } from '../helpers/browser.ts';
import { type RunningStack, startStack } from '../helpers/running-stack.ts';

const BEN = { email: 'ben@darkroom.example', password: 'contact-sheet-ben' };
const DECISIONS = 500;
/** Images decided about before it begins again with the first; the sample has a few more. */
const ROUND = 200;

interface Listed {
  data: { id: string; review: string; revision: number }[];
  nextCursor: string | null;
}

let stack: RunningStack;
let browser: Browser;
/** Two people, each in a browser of their own. */
let ada: Page;
let ben: Page;
let complaints: string[];
let home: string;

async function signIn(email: string, password: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${stack.ready.consoleUrl}/sign-in`);
  await page.getByTestId('sign-in-email').fill(email);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('project-row').first().waitFor();
  return page;
}

/** The project's images, as the database has them. */
async function readAll(): Promise<Map<string, { review: string; revision: number }>> {
  const found = new Map<string, { review: string; revision: number }>();
  for (let cursor = ''; ;) {
    const page = await ask<Listed>(ada, `/v1${home}/images?limit=200${cursor}`);
    for (const { id, review, revision } of page.data) found.set(id, { review, revision });
    if (page.nextCursor === null) return found;
    cursor = `&cursor=${page.nextCursor}`;
  }
}

beforeAll(async () => {
  complaints = [];
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  ada = await signIn(stack.ready.demo.email, stack.ready.demo.password);
  ben = await signIn(BEN.email, BEN.password);
  const projects = await ask<{ data: { id: string }[] }>(ada, '/v1/projects');
  home = `/projects/${projects.data[0]?.id}`;
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  if (stack) rmSync(stack.dataDir, { recursive: true, force: true });
});

const open = async (page: Page, path: string) => await page.goto(stack.ready.consoleUrl + home + path);

describe('two people on one project', () => {
  it('see each other, and the same progress of an import', async () => {
    await Promise.all([open(ada, '/images'), open(ben, '/images')]);
    await ada.getByTestId('team-open').click();
    const people = ada.getByTestId('team-person');
    await expect.poll(() => people.getByTestId('team-follow').count()).toBe(1);
    await ada.keyboard.press('Escape');

    const manifest = await (await fetch(`${stack.ready.sampleSiteUrl}/manifest.json`)).json();
    const urls = (manifest as { urls: { url: string }[] }).urls.map(({ url }) => url);
    const job = await ask<{ id: string }>(ada, `/v1${home}/jobs`, {
      method: 'POST',
      body: { kind: 'urls', urls },
    });
    await Promise.all([open(ada, `/imports/${job.id}`), open(ben, `/imports/${job.id}`)]);
    await ada.getByTestId('job-start').click();
    const status = (page: Page) => page.locator('[data-testid=progress-status][data-status^=completed]');
    await Promise.all([status(ada).waitFor({ timeout: 90_000 }), status(ben).waitFor({ timeout: 90_000 })]);
    expect((await readAll()).size).toBeGreaterThan(200);
  });

  it('see each other’s decisions at once', async () => {
    await Promise.all([open(ada, '/images'), open(ben, '/images')]);
    const [first] = [...(await readAll()).keys()];
    await Promise.all([ada, ben].map((page) => page.getByTestId('gallery-tile').first().waitFor()));
    await ada.locator('[data-testid=team-open]').waitFor();
    // From the press to the mark on the other screen, by one clock.
    await ben.evaluate(() => {
      const noted = window as { seenAt?: number };
      new MutationObserver(() => {
        if (document.querySelector('[data-index="0"] .tile-mark-keep')) noted.seenAt ??= Date.now();
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await ada.getByTestId('gallery-tile').first().focus();
    const pressedAt = await ada.evaluate(() => Date.now());
    await ada.keyboard.press('p');
    await ben.locator('[data-index="0"] .tile-mark-keep').waitFor();
    const seenAt = await ben.evaluate(() => (window as { seenAt?: number }).seenAt ?? 0);
    console.log(`a decision was seen by the other after ${seenAt - pressedAt} ms`);
    expect((await readAll()).get(first ?? '')).toMatchObject({ review: 'keep', revision: 1 });
    await ada.keyboard.press('z');
    await ben.locator('[data-index="0"] .tile-mark-keep').waitFor({ state: 'detached' });
  });

  it('get a clear word when both decide about one image', async () => {
    const [, second] = [...(await readAll()).keys()];
    await Promise.all([open(ada, `/images/${second}`), open(ben, `/images/${second}`)]);
    await Promise.all([ada, ben].map((page) => page.getByTestId('image-detail').waitFor()));
    // Ben's decision is on its way until Ada's has been answered.
    const { promise: adaWasFirst, resolve: letBenGo } = Promise.withResolvers<void>();
    await ben.context().route(/\/images\/review$/, async (route) => {
      await adaWasFirst;
      await route.continue();
    });
    await ben.getByTestId('decide-reject').click();
    const answered = ada.waitForResponse(/\/images\/review$/);
    await ada.getByTestId('decide-keep').click();
    await answered;
    letBenGo();
    await ben
      .getByText(/Ada Lens/)
      .first()
      .waitFor();
    await ben.context().unroute(/\/images\/review$/);
    expect((await readAll()).get(second ?? '')).toMatchObject({ review: 'keep' });
  });

  it('lose and double nothing when the network is gone for half a minute', { timeout: 240_000 }, async () => {
    await Promise.all([open(ada, '/images'), open(ben, '/images')]);
    await Promise.all([ada, ben].map((page) => page.getByTestId('gallery-tile').nth(9).waitFor()));
    const ids = [...(await readAll()).keys()];
    const before = await readAll();
    await ben.context().setOffline(true);
    await expect.poll(() => ben.getByTestId('live-notice').textContent(), { timeout: 60_000 }).not.toBe('');
    const cutAt = Date.now();
    // Both go on deciding.
    for (const at of [3, 4, 5]) {
      await ben.locator(`[data-index="${at}"] [data-testid=gallery-tile]`).focus();
      await ben.keyboard.press('x');
    }
    for (const at of [6, 7, 8]) {
      await ada.locator(`[data-index="${at}"] [data-testid=gallery-tile]`).focus();
      await ada.keyboard.press('p');
    }
    await expect.poll(() => ada.locator('.tile-mark-keep').count()).toBeGreaterThanOrEqual(3);
    await ben.waitForTimeout(Math.max(0, 30_000 - (Date.now() - cutAt)));
    await ben.context().setOffline(false);
    // Each sees what the other did, and the service has each decision once.
    for (const at of [6, 7, 8])
      await ben.locator(`[data-index="${at}"] .tile-mark-keep`).waitFor({ timeout: 60_000 });
    for (const at of [3, 4, 5])
      await ada.locator(`[data-index="${at}"] .tile-mark-reject`).waitFor({ timeout: 60_000 });
    const after = await readAll();
    for (const [at, id] of ids.slice(0, 9).entries()) {
      const moved = at >= 3 ? 1 : 0;
      expect([at, after.get(id)?.revision]).toEqual([at, (before.get(id)?.revision ?? 0) + moved]);
    }
  });
});

describe('the keyboard', () => {
  it(`makes ${DECISIONS} decisions that arrive once each`, { timeout: 300_000 }, async () => {
    await ask(ada, `/v1${home}/images/review`, {
      method: 'POST',
      body: { change: { review: 'undecided' }, filter: {} },
    });
    const before = await readAll();
    const ids = [...before.keys()].slice(0, ROUND);
    const sent: string[] = [];
    ada.context().on('request', (request) => {
      if (request.url().endsWith('/images/review')) sent.push(request.headers()['idempotency-key'] ?? '');
    });
    await open(ada, `/images/${ids[0]}`);
    await ada.getByTestId('image-detail').waitFor();
    // With the list, whose neighbours the strip shows, there is a way on.
    await ada.locator('.film-strip li').nth(5).waitFor();
    const shown = () => ada.evaluate(() => location.pathname.split('/').at(-1));
    const startedAt = Date.now();
    // Through the list again and again, so that every press changes the image that it meets.
    for (let made = 0; made < DECISIONS; made++) {
      const [round, at] = [Math.floor(made / ROUND), made % ROUND];
      if (at === 0 && round > 0) {
        await ada.keyboard.press('Home');
        await expect.poll(shown).toBe(ids[0]);
      }
      await ada.keyboard.press(round % 2 === 0 ? 'x' : 'p');
    }
    console.log(`${DECISIONS} presses took ${Date.now() - startedAt} ms`);
    const changes = async () => {
      const now = await readAll();
      return ids.reduce((sum, id) => sum + (now.get(id)?.revision ?? 0) - (before.get(id)?.revision ?? 0), 0);
    };
    await expect.poll(changes, { timeout: 120_000, interval: 500 }).toBe(DECISIONS);
    console.log(`they had arrived after ${Date.now() - startedAt} ms`);
    expect(await changes()).toBe(DECISIONS);
    expect(sent.length).toBe(DECISIONS);
    expect(new Set(sent).size).toBe(DECISIONS);
    const now = await readAll();
    expect(ids.map((id) => now.get(id)?.review)).toEqual(
      ids.map((_, at) => (((DECISIONS - at - 1) / ROUND) % 2 < 1 ? 'reject' : 'keep')),
    );
  });
});

describe('the end', () => {
  it('left no error on either page', () => {
    expect(complaints).toEqual([]);
  });
});
