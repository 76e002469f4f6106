import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { collectComplaints, launchBrowser } from './browser.ts';
import { FakeCollection } from './fakes/gallery/collection.ts';
import { type Picture, makePictures } from './fakes/gallery/pictures.ts';
import { type FakeService, startGalleryService } from './fakes/gallery/service.ts';

export const CONSOLE_DIR = path.resolve(import.meta.dirname, '../../dist/console');

export interface ConsolePage {
  page: Page;
  service: FakeService;
  collection: FakeCollection;
}

/**
 * For each test of a file a page of its own on the built console, with an API in memory that holds `images` images. What
 * the page complains about fails the test. `onOpen` gets what the next test works with; `service` may be replaced there.
 */
export function openConsoleForEach(
  { images, pictures: count }: { images: number; pictures: number },
  onOpen: (opened: ConsolePage & { pictures: Picture[] }) => void,
): void {
  let browser: Browser;
  let pictures: Picture[];
  let opened: ConsolePage;
  let complaints: string[];

  beforeAll(async () => {
    [browser, pictures] = await Promise.all([launchBrowser(), makePictures(count)]);
  });
  afterAll(async () => await browser?.close());

  beforeEach(async () => {
    const collection = new FakeCollection(images, pictures);
    const service = await startGalleryService({ consoleDir: CONSOLE_DIR, collection, pictures });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    complaints = collectComplaints(page);
    opened = { page, service, collection };
    onOpen({ ...opened, pictures });
  });
  afterEach(async () => {
    await opened.page.close();
    await opened.service.close();
    expect(complaints).toEqual([]);
  });
}
