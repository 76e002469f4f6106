import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collectComplaints, launchBrowser } from '../helpers/browser.ts';
import { CONSOLE_DIR } from '../helpers/console-page.ts';
import { FakeCollection, PROJECT_ID } from '../helpers/fakes/gallery/collection.ts';
import { type Picture, makePictures } from '../helpers/fakes/gallery/pictures.ts';
import { type FakeService, startGalleryService } from '../helpers/fakes/gallery/service.ts';

const IMAGES = 300;
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };
const BEN = { id: 'usr_2', name: 'Ben Frame' };
/** What the browser itself says of a request without a network. */
const NO_NETWORK = /ERR_INTERNET_DISCONNECTED/;

let browser: Browser;
let pictures: Picture[];
let service: FakeService;
let collection: FakeCollection;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, pictures] = await Promise.all([launchBrowser(), makePictures(12)]);
});
afterAll(async () => await browser?.close());

beforeEach(() => {
  collection = new FakeCollection(IMAGES, pictures);
});
afterEach(async () => {
  await context.close();
  await service.close();
  expect(complaints.filter((text) => !NO_NETWORK.test(text))).toEqual([]);
});

const idAt = (index: number) => collection.images[index]?.id ?? '';
const place = () => page.getByTestId('review-place').textContent();
const pathname = () => new URL(page.url()).pathname;
const home = `/projects/${PROJECT_ID}`;

async function visit(address: string, viewport = DESK, role: 'owner' | 'viewer' = 'owner'): Promise<void> {
  collection.role = role;
  service = await startGalleryService({ consoleDir: CONSOLE_DIR, collection, pictures });
  const isPhone = viewport.width < 1024;
  context = await browser.newContext({
    viewport,
    isMobile: isPhone,
    hasTouch: isPhone,
    reducedMotion: 'reduce',
  });
  page = await context.newPage();
  complaints = collectComplaints(page);
  await page.goto(`${service.origin}${home}${address}`);
}

async function review(index: number, viewport = DESK, role: 'owner' | 'viewer' = 'owner'): Promise<void> {
  await visit(`/images/${idAt(index)}`, viewport, role);
  // With the list there is a way on.
  await page.locator('.film-strip li').nth(5).waitFor();
}

/** Whether two things on the page lie over each other, by their selectors. */
async function overlaps(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((selector) => page.locator(selector).boundingBox()));
  if (!a || !b) throw new Error(`${one} or ${other} is not there`);
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Something of a teammate arrived before the decision of the reader. */
function changeByBen(index: number): void {
  const image = collection.images[index];
  if (!image) throw new Error('no such image');
  const reviewedAt = new Date().toISOString();
  Object.assign(image, { review: 'keep', revision: image.revision + 1, reviewedBy: BEN, reviewedAt });
}

describe('where one is', () => {
  it('is counted, of as many as are known', async () => {
    await review(11);
    expect(await place()).toBe('12 of 300');
    await page.keyboard.press('ArrowRight');
    await expect.poll(place).toBe('13 of 300');
    await page.goto(`${service.origin}${home}/images/${idAt(0)}?review=undecided`);
    await expect.poll(place).toBe('1 of 120+');
  });

  it('is said to a viewer too, and leads back with Escape, but not out of a box or a dialog', async () => {
    await review(2, DESK, 'viewer');
    expect(await place()).toBe('3 of 300');
    await page.keyboard.press('?');
    await page.getByTestId('keys-dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('keys-dialog').waitFor({ state: 'detached' });
    expect(pathname()).toBe(`${home}/images/${idAt(2)}`);
    await page.keyboard.press('Escape');
    await expect.poll(pathname).toBe(`${home}/images`);
  });

  it('stays in the strip when the window narrows', async () => {
    await review(40);
    await page.setViewportSize({ width: 420, height: 900 });
    await expect
      .poll(async () => {
        const box = await page.locator('.film-strip [aria-current]').boundingBox();
        return box !== null && box.x >= 0 && box.x + box.width <= 420;
      })
      .toBe(true);
  });
});

describe('the keys', () => {
  it('are listed in the gallery too', async () => {
    await visit('/images');
    await page.getByTestId('gallery-tile').first().focus();
    await page.keyboard.press('?');
    const dialog = page.getByTestId('keys-dialog');
    await dialog.getByText('In the gallery').waitFor();
    expect(await dialog.locator('kbd', { hasText: 'Space' }).count()).toBe(2);
  });

  it('stand at undo, redo and the tags', async () => {
    await review(0);
    const caps = (testId: string) => page.getByTestId(testId).locator('kbd').allTextContents();
    expect(await caps('review-undo')).toEqual(['Z']);
    expect(await caps('review-redo')).toEqual(['⇧', 'Z']);
    expect(await page.locator('.tags-key').textContent()).toBe('T');
    await page.getByTestId('review-redo').hover();
    await page.getByText('Redo (Shift Z)').waitFor();
  });
});

describe('on a phone', () => {
  it('no note lies on the decisions, the strip, the actions or another note', async () => {
    await review(0, PHONE);
    changeByBen(0);
    await page.getByTestId('decide-reject').tap();
    await page.getByText(/^Ben Frame chose Keep/).waitFor();
    await context.setOffline(true);
    await page.getByTestId('live-try-now').waitFor({ timeout: 5_000 });
    for (const note of ['.toasts', '.notice-shown']) {
      for (const used of ['.decision-bar', '.film-strip', '.viewer-bar', '.top-bar-tools'])
        expect([note, used, await overlaps(note, used)]).toEqual([note, used, false]);
    }
    expect(await overlaps('.toasts', '.notice-shown')).toBe(false);
  });

  it('a note lies on no bar of the gallery either', async () => {
    await visit('/images', PHONE);
    await page.getByTestId('gallery-tile').first().waitFor();
    await page.keyboard.press('Control+a');
    await page.getByTestId('bulk-bar').waitFor();
    await context.setOffline(true);
    await page.getByTestId('live-try-now').waitFor({ timeout: 5_000 });
    expect(await overlaps('.notice-shown', '.bulk-bar')).toBe(false);
  });

  it('nothing moves when a decision waits for the network', async () => {
    await review(0, PHONE);
    const boxes = () =>
      Promise.all(['.decision-bar', '.viewer-bar', '.well'].map((name) => page.locator(name).boundingBox()));
    const before = await boxes();
    await context.setOffline(true);
    await page.getByTestId('decide-keep').tap();
    await page.getByText('1 decision waiting for the network').waitFor();
    expect(await boxes()).toEqual(before);
    const [bar, actions] = await boxes();
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    const end = await page.locator('.viewer-bar').boundingBox();
    expect((end?.y ?? 0) + (end?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0);
    expect(actions?.height).toBe(end?.height);
    await context.setOffline(false);
    await expect.poll(() => collection.images[0]?.review).toBe('keep');
  });

  it('a viewer has no empty band where the decisions would be', async () => {
    await review(0, PHONE, 'viewer');
    const [strip, tabs] = await Promise.all(
      ['.viewer-bar', '.nav'].map((name) => page.locator(name).boundingBox()),
    );
    const gap = (tabs?.y ?? 0) - (strip?.y ?? 0) - (strip?.height ?? 0);
    expect(Math.abs(gap)).toBeLessThanOrEqual(24);
  });
});

describe('a conflict', () => {
  it('says who chose what, waits for an answer, and can be insisted on and undone', async () => {
    await review(0);
    await page.clock.install();
    await page.reload();
    await page.locator('.film-strip li').nth(5).waitFor();
    changeByBen(0);
    await page.keyboard.press('x');
    await page.getByText('Ben Frame chose Keep for frame-1.jpg. Your Reject was not applied.').waitFor();
    expect(await overlaps('.toasts', '.film-strip')).toBe(false);
    expect(await overlaps('.toasts', '.inspector')).toBe(false);
    // Longer than other notes stay.
    await page.clock.fastForward(60_000);
    await page.getByRole('button', { name: 'Reject anyway' }).click();
    await expect.poll(() => collection.images[0]?.review).toBe('reject');
    await page.keyboard.press('z');
    await expect.poll(() => collection.images[0]?.review).toBe('keep');
  });
});

describe('the facts', () => {
  it('do not call an image reviewed that is undecided', async () => {
    const term = () => page.locator('.facts div', { has: page.getByTestId('image-reviewed') }).locator('dt');
    await review(0);
    await page.keyboard.press('1');
    await expect.poll(() => term().allTextContents()).toEqual(['Last change']);
    await page.keyboard.press('p');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => term().allTextContents()).toEqual(['Reviewed']);
  });
});

describe('the numbers', () => {
  it('of a decision about all that match, and of its undo, are said', async () => {
    // More than come while the first ones are shown.
    collection = new FakeCollection(1_000, pictures);
    await visit('/images?review=undecided');
    await page.getByTestId('gallery-tile').first().waitFor();
    await page.keyboard.press('Control+a');
    await page.getByTestId('select-matching').click();
    await page.getByTestId('bulk-keep').click();
    await page.getByText('600 images kept').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: 600 images').waitFor();
    await expect.poll(() => collection.list({ review: 'undecided' }).length).toBe(600);
  });

  it('of what comes back from the bin are said in the review', async () => {
    await review(0);
    await page.locator('.inspector').getByTestId('image-delete').click();
    await page.getByRole('button', { name: 'Undo' }).first().waitFor();
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Restored 1 image').waitFor();
  });
});

describe('a lost network', () => {
  it('is told at once, and what could not be read is read when it is back', async () => {
    await visit('/images');
    await page.getByTestId('gallery-tile').first().waitFor();
    await page.getByTestId('filter-keep').waitFor();
    await context.setOffline(true);
    await page.getByTestId('live-try-now').waitFor({ timeout: 2_000 });
    await page.getByTestId('team-open').click();
    expect(await page.getByTestId('team-person').textContent()).not.toContain('Away');
    await page.keyboard.press('Escape');
    await page.getByTestId('filter-reject').click();
    await page.getByText('Darkroom could not be reached.').waitFor();
    await context.setOffline(false);
    await page.getByText('Darkroom could not be reached.').waitFor({ state: 'detached', timeout: 5_000 });
    await expect.poll(() => page.getByTestId('image-count').textContent()).toBe('60 images');
    await expect.poll(() => page.getByTestId('live-notice').textContent()).toBe('');
  });

  it('does not take away what is shown already', async () => {
    await visit('/images');
    await page.getByTestId('gallery-tile').first().waitFor();
    await page.getByTestId('filter-keep').waitFor();
    let refused = 0;
    // The room comes back, but what is then asked again gets no answer.
    await page.route(`**/v1${home}`, async (route) => {
      refused += 1;
      await route.abort('internetdisconnected');
    });
    await context.setOffline(true);
    await page.getByTestId('live-try-now').waitFor();
    await context.setOffline(false);
    await expect.poll(() => page.getByTestId('live-notice').textContent()).toBe('');
    await expect.poll(() => refused).toBeGreaterThanOrEqual(4);
    expect(await page.getByTestId('filter-keep').isVisible()).toBe(true);
  });

  it('does not leave a screen failed that was opened meanwhile', async () => {
    await visit('/imports');
    await page
      .getByRole('link', { name: /Import of/ })
      .first()
      .waitFor();
    const tab = (name: string) => page.locator('.nav').getByRole('link', { name });
    await tab('Images').click();
    await page.getByTestId('gallery-tile').first().waitFor();
    await context.setOffline(true);
    await tab('Imports').click();
    await page.getByText('Darkroom could not be reached.').waitFor();
    await context.setOffline(false);
    await page
      .getByRole('link', { name: /Import of/ })
      .first()
      .waitFor({ timeout: 5_000 });
  });
});
