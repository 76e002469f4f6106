import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectComplaints, launchBrowser } from '../helpers/browser.ts';
import { CONSOLE_DIR } from '../helpers/console-page.ts';
import { FakeCollection, PROJECT_ID } from '../helpers/fakes/gallery/collection.ts';
import { makePictures } from '../helpers/fakes/gallery/pictures.ts';
import { type FakeService, startGalleryService } from '../helpers/fakes/gallery/service.ts';

let browser: Browser;
let service: FakeService;
let collection: FakeCollection;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  const pictures = await makePictures(2);
  collection = new FakeCollection(300, pictures);
  service = await startGalleryService({ consoleDir: CONSOLE_DIR, collection, pictures });
  page = await browser.newPage();
  complaints = collectComplaints(page);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
  expect(complaints).toEqual([]);
});

async function openSheet(): Promise<void> {
  await page.goto(`${service.origin}/projects/${PROJECT_ID}/images`);
  await page.getByTestId('export-open').first().click();
  await page.getByTestId('export-zip').waitFor();
}

const which = () => page.getByTestId('export-sheet').getByLabel('Images', { exact: true });
const linkTo = (format: string) => page.getByTestId(`export-${format}`).getAttribute('href');

describe('the sheet to export', () => {
  it('takes the kept images first, and says how many there are', async () => {
    await openSheet();
    expect(await which().locator('option').allTextContents()).toEqual(['Kept (60)', 'All images (300)']);
    expect(await which().inputValue()).toBe('keep');
    const address = `/v1/projects/${PROJECT_ID}/export`;
    expect(await linkTo('zip')).toBe(`${address}?format=zip&review=keep`);
    await which().selectOption('all');
    expect(await linkTo('jsonl')).toBe(`${address}?format=jsonl`);
  });

  it('leaves a number out that is not known', async () => {
    collection.review({ review: 'keep' }, collection.images);
    await openSheet();
    expect(await which().locator('option').first().textContent()).toBe('Kept');
  });

  it('takes all images while none is kept', async () => {
    collection.review({ review: 'undecided' }, collection.images);
    await openSheet();
    expect(await which().count()).toBe(0);
    expect(await linkTo('zip')).toBe(`/v1/projects/${PROJECT_ID}/export?format=zip`);
  });
});
