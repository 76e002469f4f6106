import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openConsoleForEach } from '../helpers/console-page.ts';
import { type FakeCollection, PROJECT_ID } from '../helpers/fakes/gallery/collection.ts';
import type { FakeService } from '../helpers/fakes/gallery/service.ts';

let page: Page;
let service: FakeService;
let collection: FakeCollection;

openConsoleForEach({ images: 1, pictures: 1 }, (opened) => ({ page, service, collection } = opened));

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
    collection.role = 'reviewer';
    await page.goto(`${service.origin}/projects/${PROJECT_ID}/imports/new`);
    await page.getByText('Your role does not allow imports. Ask an owner.').waitFor();
    expect(await page.getByTestId('import-start').count()).toBe(0);
  });
});
