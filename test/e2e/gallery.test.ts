import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openConsoleForEach } from '../helpers/console-page.ts';
import { FakeCollection, PROJECT_ID } from '../helpers/fakes/gallery/collection.ts';
import type { Picture } from '../helpers/fakes/gallery/pictures.ts';
import type { FakeService } from '../helpers/fakes/gallery/service.ts';

/** Three pages of the list, and many times what a screen shows. */
const IMAGES = 300;

let page: Page;
let service: FakeService;
let collection: FakeCollection;
let pictures: Picture[];

openConsoleForEach(
  { images: IMAGES, pictures: 12 },
  (opened) => ({ page, service, collection, pictures } = opened),
);

const tiles = () => page.getByTestId('gallery-tile');
const cell = (index: number) => page.locator(`[data-index="${index}"]`);
const focusedIndex = () =>
  page.evaluate(() => Number(document.activeElement?.closest('[data-index]')?.getAttribute('data-index')));
const open = async (search = '', screen = 'images') => {
  await page.goto(`${service.origin}/projects/${PROJECT_ID}/${screen}${search}`);
  await page
    .getByTestId(screen === 'bin' ? 'bin-tile' : 'gallery-tile')
    .first()
    .waitFor();
};
const query = () => new URL(page.url()).search;
/** The mark that selects is there for the pointer that is on the tile. */
const check = async (index: number) => {
  await cell(index).hover();
  await cell(index).getByRole('checkbox').click();
};
const select = async (...indexes: number[]) => {
  for (const index of indexes) await check(index);
};
const reviewsOf = (...indexes: number[]) => indexes.map((index) => collection.images[index]?.review);

describe('the filters of the gallery', () => {
  it('are in the address, with the way back and forward', async () => {
    await open();
    await page.getByTestId('filter-keep').click();
    await page.getByTestId('filter-host').click();
    await page.getByRole('option', { name: 'museum.example' }).click();
    await expect.poll(query).toBe('?review=keep&host=museum.example');
    await expect.poll(() => page.getByTestId('image-count').textContent()).toBe('15 images');
    await page.goBack();
    await expect.poll(query).toBe('?review=keep');
    await expect.poll(() => page.getByTestId('filter-keep').getAttribute('aria-pressed')).toBe('true');
    await page.goBack();
    await expect.poll(() => page.getByTestId('image-count').textContent()).toBe(`${IMAGES} images`);
    await page.goForward();
    await expect.poll(() => page.getByTestId('image-count').textContent()).toBe('60 images');
  });

  it('say that nothing matches, and are cleared from there', async () => {
    await page.goto(`${service.origin}/projects/${PROJECT_ID}/images?tag=none-has-it`);
    await page.getByTestId('empty-clear').click();
    await tiles().first().waitFor();
    expect(query()).toBe('');
  });

  it('lead through the filtered images from one to the next', async () => {
    await open('?review=keep');
    await tiles().first().click();
    await page.getByTestId('image-detail').waitFor();
    expect(query()).toBe('?review=keep');
    const first = new URL(page.url()).pathname;
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => new URL(page.url()).pathname).not.toBe(first);
    expect(collection.list({ review: 'keep' })[1]?.id).toBe(page.url().match(/img_\d+/)?.[0]);
    expect(query()).toBe('?review=keep');
  });

  it('keep an image in sight that a decision takes out, until the list is read again', async () => {
    await open('?review=keep');
    await tiles().first().focus();
    await page.keyboard.press('x');
    await page.getByTestId('left-note').waitFor();
    expect(await page.getByTestId('image-count').textContent()).toBe('60 images');
    await page.getByTestId('left-note').click();
    await expect.poll(() => page.getByTestId('image-count').textContent()).toBe('59 images');
  });
});

describe('what the filters offer', () => {
  it('grows when a teammate gives a tag that is new', async () => {
    await open();
    await page.getByTestId('filter-tag').waitFor();
    const image = collection.images[0];
    Object.assign(image ?? {}, { tags: ['brand-new'], revision: 1 });
    const reviewed = {
      id: image?.id ?? '',
      review: 'undecided',
      label: null,
      tags: ['brand-new'],
      revision: 1,
    };
    service.tell('images.reviewed', { reviewId: 'rev_9', count: 1, images: [reviewed] });
    const offered = page.getByRole('option', { name: 'brand-new' });
    await expect
      .poll(async () => {
        await page.getByTestId('filter-tag').click();
        const count = await offered.count();
        await page.keyboard.press('Escape');
        return count;
      })
      .toBe(1);
  });

  it('is at hand on a phone, with the number of images at the foot', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open();
    await page.getByTestId('filter-open').click();
    await page.getByRole('button', { name: `Show ${IMAGES} images`, exact: true }).waitFor();
    const foot = await page.getByRole('button', { name: /^Show/ }).boundingBox();
    expect((foot?.y ?? 740) + (foot?.height ?? 0)).toBeLessThanOrEqual(740);
  });
});

describe('the keyboard in the gallery', () => {
  it('reaches the last image by Tab alone, through rows and pages that are not there yet, and goes back', async () => {
    await open();
    await tiles().first().focus();
    for (let index = 0; index < IMAGES - 1; index += 1) {
      expect(await focusedIndex()).toBe(index);
      await page.keyboard.press('Tab');
      await expect.poll(focusedIndex, { interval: 5 }).toBe(index + 1);
    }
    expect(await tiles().count()).toBeLessThan(200);
    await page.evaluate(() => window.scrollTo(0, 0));
    await cell(0).waitFor();
    // From a row that is kept for its focus alone, far from the screen.
    await page.keyboard.press('Shift+Tab');
    await expect.poll(focusedIndex).toBe(IMAGES - 2);
  });

  it('selects ranges, all that is loaded, and nothing', async () => {
    await open();
    const count = () => page.getByTestId('bulk-count').locator('strong').textContent();
    await tiles().nth(2).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    expect(await count()).toBe('3 selected');
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await count()).toBe('2 selected');
    await page.keyboard.press('Control+a');
    await expect.poll(count).toMatch(/^\d+ selected$/);
    await page.keyboard.press('Escape');
    await page.getByTestId('bulk-bar').waitFor({ state: 'detached' });
  });

  it('decides about the image with the focus, and takes it back', async () => {
    await open();
    const [before] = reviewsOf(1);
    await cell(1).getByTestId('gallery-tile').focus();
    await page.keyboard.press('x');
    await expect.poll(() => reviewsOf(1)).toEqual(['reject']);
    await page.keyboard.press('z');
    await expect.poll(() => reviewsOf(1)).toEqual([before]);
    await page.keyboard.press('2');
    await expect.poll(() => collection.images[1]?.label).toBe('building');
  });
});

describe('selected images', () => {
  it('stay selected while one scrolls and more are loaded, and are decided about together', async () => {
    await open();
    await check(0);
    await cell(4)
      .getByTestId('gallery-tile')
      .click({ modifiers: ['Shift'] });
    await page.keyboard.press('End');
    await page.evaluate(() => window.scrollTo(0, 0));
    await cell(0).waitFor();
    expect(await page.getByTestId('bulk-count').locator('strong').textContent()).toBe('5 selected');
    const before = reviewsOf(0, 1, 2, 3, 4, 5);
    await page.getByTestId('bulk-reject').click();
    await expect.poll(() => reviewsOf(0, 1, 2, 3, 4)).toEqual(Array(5).fill('reject'));
    expect(reviewsOf(5)).toEqual(before.slice(5));
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => reviewsOf(0, 1, 2, 3, 4, 5)).toEqual(before);
  });

  it('can be all that match, also those that are not loaded', async () => {
    collection.images = new FakeCollection(1_000, pictures).images;
    await open('?review=undecided');
    await page.keyboard.press('Control+a');
    await page.getByTestId('select-matching').click();
    await page.getByTestId('bulk-keep').click();
    await expect.poll(() => collection.list({ review: 'undecided' }).length).toBe(0);
    await page.getByTestId('empty-clear').waitFor();
  });

  it('are chosen by plain clicks and Enter once one asks to select, until Escape or Done', async () => {
    await open();
    const count = () => page.getByTestId('bulk-count').textContent();
    await page.getByTestId('select-start').click();
    expect(await count()).toBe('0 selected· tap images');
    await cell(0).getByTestId('gallery-tile').click();
    await cell(2).getByTestId('gallery-tile').focus();
    await page.keyboard.press('Enter');
    await expect.poll(count).toMatch(/^2 selected/);
    expect(new URL(page.url()).pathname).toMatch(/images$/);
    await page.keyboard.press('Escape');
    await page.getByTestId('bulk-bar').waitFor({ state: 'detached' });
    await page.getByTestId('select-start').click();
    await page.getByTestId('select-done').click();
    await page.getByTestId('bulk-bar').waitFor({ state: 'detached' });
    await cell(0).getByTestId('gallery-tile').click();
    await page.getByTestId('image-detail').waitFor();
  });

  it('are not offered back by an older note once they are restored', async () => {
    await open();
    await select(1, 3);
    await page.getByTestId('bulk-bin').click();
    await page.getByText('Moved 2 images to the bin').waitFor();
    await page.getByTestId('bin-open').click();
    await page.getByTestId('restore-all').click();
    await page.getByText('Restored 2 images').waitFor();
    expect(await page.getByText('Moved 2 images to the bin').count()).toBe(0);
  });

  it('go to the bin and come back where they were', async () => {
    await open();
    const before = collection.images.map(({ id }) => id);
    await select(1, 3);
    await page.getByTestId('bulk-bin').click();
    await expect.poll(() => collection.bin.length).toBe(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => collection.images.map(({ id }) => id)).toEqual(before);
    await expect.poll(() => cell(3).getByTestId('gallery-tile').getAttribute('href')).toContain(before[3]);
  });

  it('are chosen by a finger that is held, and then by taps', async () => {
    await page.close();
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
    const context = await page.context().browser()?.newContext(phone);
    if (!context) throw new Error('the browser has gone');
    page = await context.newPage();
    await open();
    const box = await cell(0).boundingBox();
    const at = { x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 40 };
    const finger = await context.newCDPSession(page);
    await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await page.getByTestId('bulk-bar').waitFor();
    await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await cell(1).getByTestId('gallery-tile').tap();
    await expect
      .poll(() => page.getByTestId('bulk-count').locator('strong').textContent())
      .toBe('2 selected');
    expect(new URL(page.url()).pathname).toMatch(/images$/);
    await context.close();
  });
});

describe('a tile', () => {
  it('without a thumbnail says its name and format, and loads nothing', async () => {
    Object.assign(collection.images[0] ?? {}, { thumbnail: null, mime: 'image/avif' });
    await open();
    const drawn = cell(0)
      .locator('[data-text]')
      .evaluateAll((words) => words.map((word) => getComputedStyle(word, '::before').content));
    expect(await drawn).toEqual(['"frame-1.jpg"', '"AVIF"']);
    expect(await cell(0).locator('img').count()).toBe(0);
  });

  it('is filled by an image of its shape, and letterboxes one that is beyond the limits of the layout', async () => {
    Object.assign(collection.images[1] ?? {}, { width: 8_000, height: 1_000 });
    await open();
    const fit = (index: number) =>
      cell(index)
        .locator('img')
        .evaluate((image) => getComputedStyle(image).objectFit);
    expect([await fit(0), await fit(1)]).toEqual(['cover', 'contain']);
  });
});

describe('the bin', () => {
  it('gives back one, the selected and all that are shown', async () => {
    collection.delete(collection.images.slice(0, 6).map(({ id }) => id));
    await open('', 'bin');
    await page.getByRole('button', { name: /^Restore frame-1/ }).click();
    await expect.poll(() => collection.bin.length).toBe(5);
    await page.getByRole('checkbox').nth(0).check();
    await page.getByRole('checkbox').nth(1).check();
    await page.getByTestId('restore-selected').click();
    await expect.poll(() => collection.bin.length).toBe(3);
    await page.getByTestId('restore-all').click();
    await page.getByText('The bin is empty').waitFor();
    expect(collection.images).toHaveLength(IMAGES);
  });
});
