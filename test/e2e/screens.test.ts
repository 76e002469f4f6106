import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askAsPage, collectComplaints, launchBrowser } from '../helpers/browser.ts';
import { type RunningStack, startStack } from '../helpers/running-stack.ts';
import { findViolations } from './axe.ts';

/** Enough for a gallery that scrolls; of everything else the import meets each sort. */
const STORED = 40;
const IMPORT_LIMIT = { timeout: 90_000, interval: 250 };

interface Listed {
  data: { id: string }[];
}

let stack: RunningStack;
let browser: Browser;
/** Somebody who is signed in. */
let page: Page;
/** A project with images, and with an import that has ended. */
let home: string;
let jobId: string;
let imageId: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  page = await browser.newPage();
  await page.goto(stack.signInLink);
  await page.getByTestId('project-row').first().waitFor();
  const projects = await askAsPage<Listed>(page, '/v1/projects');
  home = `/projects/${projects.data[0]?.id}`;
  jobId = await importSample();
  const images = await askAsPage<Listed>(page, `/v1${home}/images?limit=1`);
  imageId = images.data[0]?.id ?? '';
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  if (stack) rmSync(stack.dataDir, { recursive: true, force: true });
});

/** Runs an import of the sample site and resolves with its id. */
async function importSample(): Promise<string> {
  const response = await fetch(`${stack.ready.sampleSiteUrl}/manifest.json`);
  const manifest = (await response.json()) as { urls: { url: string; expected: string }[] };
  const isStored = ({ expected }: { expected: string }) => expected === 'stored';
  const entries = [
    ...manifest.urls.filter(isStored).slice(0, STORED),
    ...manifest.urls.filter((entry) => !isStored(entry)),
  ];
  const body = { kind: 'urls', urls: entries.map(({ url }) => url) };
  const job = await askAsPage<{ id: string }>(page, `/v1${home}/jobs`, { method: 'POST', body });
  await askAsPage(page, `/v1/jobs/${job.id}/start`, { method: 'POST', body: {} });
  await vi.waitUntil(async () => {
    const { status } = await askAsPage<{ status: string }>(page, `/v1/jobs/${job.id}/progress`);
    return status === 'completed_with_errors';
  }, IMPORT_LIMIT);
  return job.id;
}

/** Keeps a picture in the folder that SCREENSHOTS names, for a person to look at. */
async function keepPicture(screen: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await screen.screenshot({ path: path.join(folder, `${name}.png`) });
}

describe.each([
  { width: 1440, height: 900, colorScheme: 'dark' as const },
  { width: 1440, height: 900, colorScheme: 'light' as const },
  { width: 360, height: 740, colorScheme: 'dark' as const },
  { width: 360, height: 740, colorScheme: 'light' as const },
])('every screen at $width px in the $colorScheme theme', ({ width, height, colorScheme }) => {
  it('has no accessibility violation, no complaint and no sideways scroll', async () => {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      storageState: await page.context().storageState(),
    });
    const screen = await context.newPage();
    const problems = collectComplaints(screen);
    const addresses = [
      '/projects',
      `${home}/images`,
      `${home}/images/${imageId}`,
      `${home}/images?review=keep`,
      `${home}/bin`,
      `${home}/settings`,
      `${home}/imports`,
      `${home}/imports/new`,
      `${home}/imports/${jobId}`,
      '/account',
      '/join#not-a-token',
      '/design',
    ];
    for (const address of addresses) {
      await screen.goto(stack.ready.consoleUrl + address);
      await screen.locator('main h1, main h2').first().waitFor();
      await screen.waitForLoadState('networkidle');
      expect(await findViolations(screen), address).toEqual([]);
      const overflow = await screen.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${address} scrolls sideways`).toBeLessThanOrEqual(0);
      await keepPicture(
        screen,
        `${address.replaceAll(/[/?#=]/g, '_').replaceAll(/_(prj|img|job)_[^_]+/g, '_$1')}-${width}-${colorScheme}`,
      );
    }
    await context.clearCookies();
    await screen.goto(`${stack.ready.consoleUrl}/sign-in`);
    await screen.getByTestId('sign-in-form').waitFor();
    expect(await findViolations(screen), '/sign-in').toEqual([]);
    await keepPicture(screen, `sign-in-${width}-${colorScheme}`);
    await screen.goto(`${stack.ready.consoleUrl}/nowhere/at/all`);
    await screen.locator('h1').first().waitFor();
    expect(problems.filter((problem) => !/status of 404/.test(problem))).toEqual([]);
    await context.close();
  });
});
