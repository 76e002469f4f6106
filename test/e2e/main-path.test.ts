import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAsPage, collectComplaints, launchBrowser } from '../helpers/browser.ts';
import { type RunningStack, startStack } from '../helpers/running-stack.ts';
import { readZip } from '../helpers/zip-reader.ts';

interface ManifestEntry {
  url: string;
  expected: string;
  reason?: string;
  sha256?: string;
  group?: string;
}

let stack: RunningStack;
let browser: Browser;
let page: Page;
let complaints: string[];
let manifest: ManifestEntry[];

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  complaints = collectComplaints(page);
  const response = await fetch(`${stack.ready.sampleSiteUrl}/manifest.json`);
  manifest = ((await response.json()) as { urls: ManifestEntry[] }).urls;
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  if (stack) rmSync(stack.dataDir, { recursive: true, force: true });
});

const ask = async <T>(address: string): Promise<T> => await askAsPage<T>(page, address);

describe('from the first start to an exported dataset', () => {
  it('signs in with the printed link, also in a tab that is there already, and once', async () => {
    await page.goto(`${stack.ready.consoleUrl}/sign-in`);
    await page.getByTestId('sign-in-form').waitFor();
    // Changes the fragment only, so the page is not loaded again.
    await page.goto(stack.signInLink);
    await page.getByTestId('project-row').first().waitFor();
    expect(new URL(page.url()).hash).toBe('');

    const second = await (await browser.newContext()).newPage();
    await second.goto(stack.signInLink);
    await second.getByText(/already used/).waitFor();
    expect(new URL(second.url()).pathname).toBe('/sign-in');
    await second.context().close();
  });

  it('imports the sample images and gives every address the status the manifest expects', async () => {
    await page.getByTestId('project-row').first().getByRole('link').first().click();
    await page.getByTestId('empty-import').click();
    await page.getByTestId('import-sample').click();
    await page.getByTestId('import-counts').getByText(String(manifest.length)).waitFor();
    await page.getByTestId('import-start').click();
    await page.locator('[data-testid=progress-status][data-status^=completed]').waitFor({ timeout: 60_000 });

    const jobId = new URL(page.url()).pathname.split('/').at(-1);
    const first = await ask<{ data: unknown[]; nextCursor: string }>(`/v1/jobs/${jobId}/items?limit=200`);
    const rest = await ask<{ data: unknown[] }>(
      `/v1/jobs/${jobId}/items?limit=200&cursor=${first.nextCursor}`,
    );
    const items = [...first.data, ...rest.data] as { url: string; status: string; reason: string | null }[];
    const found = new Map(items.map((item) => [item.url, item]));
    const single = manifest.filter((entry) => !entry.group);
    expect(
      single.map(({ url }) => [url, found.get(url)?.status, found.get(url)?.reason ?? undefined]),
    ).toEqual(single.map(({ url, expected, reason }) => [url, expected, reason]));
    // Of two addresses with the same bytes either may come first.
    const groups = Map.groupBy(
      manifest.filter((entry) => entry.group),
      (entry) => entry.group,
    );
    for (const entries of groups.values()) {
      const statuses = entries.map(({ url }) => found.get(url)?.status).sort();
      expect(statuses).toEqual(entries.map(({ expected }) => expected).sort());
    }
  });

  it('shows thumbnails in the gallery and never an original', async () => {
    const media: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/media/'))
        media.push(new URL(request.url()).searchParams.get('variant') ?? '');
    });
    await page.getByTestId('open-images').click();
    await page.getByTestId('gallery-tile').nth(20).waitFor();
    await page.waitForFunction(() =>
      [...document.images].every((image) => image.complete && image.naturalWidth > 0),
    );
    expect(media.length).toBeGreaterThan(20);
    expect(new Set(media)).toEqual(new Set(['thumbnail']));
    if (process.env['UPDATE_SCREENSHOTS']) {
      await page.screenshot({ path: path.resolve(import.meta.dirname, '../../docs/gallery.png') });
    }
  });

  it('keeps the keyboard in the gallery, however far the page is scrolled', async () => {
    const focused = () =>
      page.evaluate(() =>
        Number(document.activeElement?.closest('[data-index]')?.getAttribute('data-index') ?? -1),
      );
    await page.getByTestId('gallery-tile').first().focus();
    await page.keyboard.press('End');
    await expect.poll(focused).toBeGreaterThan(100);
    await page.keyboard.press('Home');
    await expect.poll(focused).toBe(0);
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await page.locator('[data-index="110"]').waitFor();
    expect(await focused()).toBe(0);
    await page.keyboard.press('PageDown');
    await expect.poll(focused).toBeGreaterThan(0);
    await page.evaluate(() => window.scrollTo(0, 0));
  });

  it('opens an image with its facts', async () => {
    await page.getByTestId('gallery-tile').first().click();
    await page.getByTestId('image-detail').waitFor();
    const source = (await page.getByTestId('image-source').textContent()) ?? '';
    expect(source).toContain('127.0.0.1');
    await page.goBack();
  });

  it('exports a ZIP whose members are the bytes of the manifest', async () => {
    await page.getByTestId('export-open').first().click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('export-zip').click(),
    ]);
    const { members } = readZip(readFileSync(await download.path()));
    const files = members.filter(({ name }) => name !== 'metadata.jsonl');
    const hashes = files.map(({ data }) => createHash('sha256').update(data).digest('hex'));
    const wanted = new Set(
      manifest.flatMap(({ expected, sha256 }) => (expected === 'stored' && sha256 ? [sha256] : [])),
    );
    expect(hashes.sort()).toEqual([...wanted].sort());
    expect(files.length).toBeGreaterThanOrEqual(200);

    const metadata = members.find(({ name }) => name === 'metadata.jsonl');
    const lines = Buffer.from(metadata?.data ?? [])
      .toString()
      .trim()
      .split('\n');
    const described = lines.map((line: string): { file_name: string; sha256: string } => JSON.parse(line));
    expect(described.map(({ file_name }) => file_name).sort()).toEqual(files.map(({ name }) => name).sort());
    expect(described.map(({ sha256 }) => sha256).sort()).toEqual(hashes);
  });

  it('signs in with a demo account after signing out', async () => {
    await page.goto(`${stack.ready.consoleUrl}/account`);
    await page.getByTestId('account-menu').click();
    await page.getByTestId('sign-out').first().click();
    await page.getByTestId('sign-in-email').fill(stack.ready.demo.email);
    await page.getByTestId('sign-in-password').fill(stack.ready.demo.password);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('account-menu').waitFor();
  });
});

describe('the end', () => {
  it('left no complaint in the browser', () => {
    expect(complaints).toEqual([]);
  });

  it('stops on SIGTERM with all its children, and takes ready.json away', async () => {
    const records = readdirSync(path.join(stack.dataDir, 'run')).filter((file) => file.endsWith('.json'));
    const pids = records.map((file) =>
      Number(JSON.parse(readFileSync(path.join(stack.dataDir, 'run', file), 'utf8')).pid),
    );
    expect(pids.length).toBeGreaterThanOrEqual(6);
    expect(await stack.stop()).toBe(0);
    expect(existsSync(stack.readyPath)).toBe(false);
    const alive = pids.filter((pid) => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    });
    expect(alive).toEqual([]);
  });
});
