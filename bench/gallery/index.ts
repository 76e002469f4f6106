import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../dev/browser.ts';
import { buildConsole } from '../../dev/stack/console-build.ts';
import { FakeCollection, PROJECT_ID } from '../../test/helpers/fakes/gallery/collection.ts';
import { makePictures } from '../../test/helpers/fakes/gallery/pictures.ts';
import { startGalleryService } from '../../test/helpers/fakes/gallery/service.ts';
import { describeMachine } from '../lib/machine.ts';
import { readNumbers } from '../lib/numbers.ts';
import { type Scroll, scrollToEnd } from './scroll.ts';
import { type TabWalk, tabToEnd } from './tab.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ROW_HEIGHTS = [96, 160, 240];
/** That of somebody who has not chosen one. */
const DEFAULT_HEIGHT = 160;
const SLOW_FRAME_MS = 50;

interface Row extends Scroll {
  rowHeight: number;
  /** What the page's own thread worked, in all; unlike the frames, no other program on the machine adds to it. */
  workMs: number;
  heapMb: number;
}

/**
 * `npm run bench -- gallery [--images N] [--step PX] [--pictures N]`: scrolls the built console's gallery from end to
 * end in a real browser, at each row height, against an API in memory, and says how long the frames took; then goes
 * through all of it by Tab alone.
 */
export async function run(args: string[], signal: AbortSignal): Promise<number> {
  const { images, step, pictures } = readNumbers(args, { images: 10_000, step: 120, pictures: 300 });
  const found = await findBrowser();
  if (!found) {
    console.error('There is no browser to run this in; DARKROOM_BROWSER can name one.');
    return 1;
  }
  await buildConsole(ROOT, signal);
  const prints = await makePictures(pictures);
  const service = await startGalleryService({
    consoleDir: path.join(ROOT, 'dist', 'console'),
    collection: new FakeCollection(images, prints),
    pictures: prints,
  });
  const profile = mkdtempSync(path.join(tmpdir(), 'darkroom-bench-gallery-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: found.executable,
    args: [...found.args, '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    viewport: { width: 1440, height: 900 },
  });
  const end = () => void browser.close();
  signal.addEventListener('abort', end);
  try {
    const rows: Row[] = [];
    for (const rowHeight of ROW_HEIGHTS) {
      const page = await openGallery(browser, service.origin, rowHeight);
      rows.push(await measure(page, { rowHeight, step }));
      await page.close();
    }
    const page = await openGallery(browser, service.origin, DEFAULT_HEIGHT);
    const walk = await tabToEnd(page, images);
    print(rows, walk, { images, step, browser: found.origin });
    return rows.every(({ tiles }) => tiles === images) && walk.reached === images ? 0 : 1;
  } finally {
    signal.removeEventListener('abort', end);
    await browser.close();
    await service.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

async function openGallery(browser: BrowserContext, origin: string, rowHeight: number): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(`localStorage.setItem('darkroom-row-height', '${rowHeight}')`);
  await page.goto(`${origin}/projects/${PROJECT_ID}/images`);
  await page.getByTestId('gallery-tile').first().waitFor();
  return page;
}

async function measure(page: Page, { rowHeight, step }: { rowHeight: number; step: number }): Promise<Row> {
  const debuggerOf = await page.context().newCDPSession(page);
  await debuggerOf.send('Performance.enable', { timeDomain: 'threadTicks' });
  const readWork = async () => {
    const { metrics } = await debuggerOf.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
  const before = await readWork();
  const scroll = await scrollToEnd(page, step);
  const workMs = (await readWork()) - before;
  await debuggerOf.send('HeapProfiler.collectGarbage');
  const { usedSize } = await debuggerOf.send('Runtime.getHeapUsage');
  return { rowHeight, workMs, heapMb: usedSize / 2 ** 20, ...scroll };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function print(
  rows: readonly Row[],
  walk: TabWalk,
  { images, step, browser }: { images: number; step: number; browser: string },
): void {
  const { cpus, model } = describeMachine();
  console.log(`${images} images, ${step} px a frame, 1440 x 900, ${browser}, ${cpus} x ${model}`);
  console.table(
    rows.map(({ rowHeight, frames, workMs, mostTiles, tiles, heapMb }) => {
      const sorted = frames.toSorted((one, other) => one - other);
      const slow = frames.filter((ms) => ms > SLOW_FRAME_MS).length;
      return {
        'row height': rowHeight,
        'images seen': tiles,
        frames: frames.length,
        'p50 ms': quantile(sorted, 0.5).toFixed(1),
        'p95 ms': quantile(sorted, 0.95).toFixed(1),
        'max ms': (sorted.at(-1) ?? 0).toFixed(1),
        [`under ${SLOW_FRAME_MS} ms`]: `${(100 - (slow / frames.length) * 100).toFixed(1)} %`,
        'work ms a frame': (workMs / frames.length).toFixed(1),
        'image nodes at most': mostTiles,
        'heap MB': heapMb.toFixed(1),
      };
    }),
  );
  console.log(
    `Tab: ${walk.reached} of ${images} images in order by ${walk.presses} presses, ${walk.msAnImage.toFixed(1)} ms an image`,
  );
}
