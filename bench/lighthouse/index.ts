import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import * as z from 'zod';
import { findBrowser } from '../../dev/browser.ts';
import { pickAnyPort } from '../../dev/process/free-port.ts';
import { buildConsole } from '../../dev/stack/console-build.ts';
import { installPeers, PEERS } from '../lib/install-peers.ts';
import { ROOT, startBenchStack } from '../lib/stack.ts';

const WANTED_SCORE = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
const LIMIT_MS = 120_000;

/** The part of Lighthouse that is called: nothing of it is installed with Darkroom. */
const lighthouseModule = z.object({
  default: z.custom<(url: string, flags: object, config?: object) => Promise<unknown>>(
    (value) => typeof value === 'function',
  ),
});
const outcome = z.object({
  lhr: z.object({
    categories: z.record(z.string(), z.object({ title: z.string(), score: z.number() })),
    audits: z.record(
      z.string(),
      z.object({ title: z.string(), score: z.number().nullable(), displayValue: z.string().optional() }),
    ),
  }),
});

/**
 * Scores the sign-in page with Lighthouse, as a phone and as a desktop, against the bundle that is deployed. Exit code
 * 1 when a category is below 95.
 */
export async function run(_args: string[], signal: AbortSignal): Promise<number> {
  await installPeers();
  const browser = await findBrowser();
  if (!browser) {
    console.error('No browser was found; DARKROOM_BROWSER names one.');
    return 2;
  }
  await buildConsole(ROOT, signal);
  const resolve = createRequire(path.join(PEERS, 'package.json')).resolve;
  const lighthouse = lighthouseModule.parse({
    ...(await import(pathToFileURL(resolve('lighthouse')).href)),
  }).default;
  const stack = await startBenchStack('production', {}, signal);
  try {
    const port = await pickAnyPort();
    const chrome = await chromium.launch({
      executablePath: browser.executable,
      args: [...browser.args, `--remote-debugging-port=${port}`, '--disable-gpu', '--no-first-run'],
    });
    try {
      let lowest = 100;
      for (const formFactor of ['mobile', 'desktop'] as const) {
        const flags = {
          port,
          output: 'json',
          logLevel: 'error',
          onlyCategories: CATEGORIES,
          maxWaitForLoad: LIMIT_MS,
        };
        const config = formFactor === 'desktop' ? desktopConfig() : undefined;
        const { lhr } = outcome.parse(await lighthouse(`${stack.url}/sign-in`, flags, config));
        const scores = Object.values(lhr.categories).map(({ title, score }) => ({
          title,
          score: Math.round(score * 100),
        }));
        console.log(`${formFactor}: ${scores.map(({ title, score }) => `${title} ${score}`).join(', ')}`);
        for (const { title, score, displayValue } of Object.values(lhr.audits)) {
          if (score !== null && score < 0.9)
            console.log(`  ${title}${displayValue ? `: ${displayValue}` : ''}`);
        }
        lowest = Math.min(lowest, ...scores.map(({ score }) => score));
      }
      return lowest >= WANTED_SCORE ? 0 : 1;
    } finally {
      await chrome.close();
    }
  } finally {
    await stack.stop();
  }
}

/** As Lighthouse's own desktop preset: the screen and the connection of a desk, and its scoring curve. */
function desktopConfig(): object {
  return {
    extends: 'lighthouse:default',
    settings: {
      formFactor: 'desktop',
      screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
      throttling: {
        rttMs: 40,
        throughputKbps: 10_240,
        cpuSlowdownMultiplier: 1,
        requestLatencyMs: 0,
        downloadThroughputKbps: 0,
        uploadThroughputKbps: 0,
      },
    },
  };
}
