import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collectComplaints, launchBrowser } from '../helpers/browser.ts';
import { FakeCollection, PROJECT_ID } from '../helpers/fakes/gallery/collection.ts';
import { type Picture, makePictures } from '../helpers/fakes/gallery/pictures.ts';
import { type FakeService, startGalleryService } from '../helpers/fakes/gallery/service.ts';

const CONSOLE = path.resolve(import.meta.dirname, '../../dist/console');

let browser: Browser;
let pictures: Picture[];
let service: FakeService;
let collection: FakeCollection;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, pictures] = await Promise.all([launchBrowser(), makePictures(1)]);
});
afterAll(async () => await browser?.close());

beforeEach(async () => {
  collection = new FakeCollection(1, pictures);
  service = await startGalleryService({ consoleDir: CONSOLE, collection, pictures });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  complaints = collectComplaints(page);
});
afterEach(async () => {
  await page.close();
  await service.close();
  expect(complaints).toEqual([]);
});

describe('the labels of a project', () => {
  it('are saved at each change, and an Undo takes the last one back', async () => {
    collection.labels = ['owl', 'heron'];
    await page.goto(`${service.origin}/projects/${PROJECT_ID}/settings`);
    await page.getByTestId('label-text').fill('gull');
    await page.getByTestId('label-add').click();
    await expect.poll(() => collection.labels).toEqual(['owl', 'heron', 'gull']);
    await page.getByRole('button', { name: 'Move gull up' }).click();
    await page.getByRole('button', { name: 'Move gull up' }).click();
    await expect.poll(() => collection.labels).toEqual(['gull', 'owl', 'heron']);
    await page.getByText('Moved the label gull').waitFor();
    await page.getByRole('button', { name: 'Remove owl' }).click();
    await expect.poll(() => collection.labels).toEqual(['gull', 'heron']);
    await page.getByText('Removed the label owl').waitFor();
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => collection.labels).toEqual(['gull', 'owl', 'heron']);
    await page.getByText('The labels are as before').waitFor();
    expect(await page.getByTestId('label-row').count()).toBe(3);
  });
});

describe('a link that invites', () => {
  const invitation = (used: boolean) => ({
    id: 'inv_1',
    role: 'reviewer',
    createdBy: { id: 'usr_1', name: 'Ada Lovelace' },
    createdAt: '2026-01-01T12:00:00Z',
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    usedBy: used ? { id: 'usr_2', name: 'Grace Hopper' } : null,
    usedAt: used ? new Date().toISOString() : null,
  });

  it('is no longer offered once somebody has used it', async () => {
    let isUsed = false;
    await page.route('**/invitations**', async (route) => {
      if (route.request().method() === 'POST')
        await route.fulfill({ status: 201, json: { ...invitation(false), token: 'secret' } });
      else await route.fulfill({ json: { data: isUsed ? [invitation(true)] : [], nextCursor: null } });
    });
    await page.goto(`${service.origin}/projects/${PROJECT_ID}/settings`);
    await page.getByTestId('invitation-make').click();
    await page.getByTestId('invitation-link').waitFor();
    isUsed = true;
    service.tell('members.changed', {});
    await page.getByText(/^Used by Grace Hopper/).waitFor();
    await page.getByTestId('invitation-link').waitFor({ state: 'detached' });
  });
});

describe('who may not import', () => {
  it('is told so in place of the form', async () => {
    await service.close();
    service = await startGalleryService({ consoleDir: CONSOLE, collection, pictures, role: 'reviewer' });
    await page.goto(`${service.origin}/projects/${PROJECT_ID}/imports/new`);
    await page.getByText('Your role does not allow imports. Ask an owner.').waitFor();
    expect(await page.getByTestId('import-start').count()).toBe(0);
  });
});
