import { type Browser, chromium, type Page } from 'playwright-core';

/** The browser that the test runner has found. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['DARKROOM_BROWSER_PATH'];
  if (!executablePath)
    throw new Error('DARKROOM_BROWSER_PATH is not set; run the browser tests through npm test');
  return await chromium.launch({
    executablePath,
    args: [
      ...JSON.parse(process.env['DARKROOM_BROWSER_ARGS'] ?? '[]'),
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** The console asks who is signed in; that nobody is shows as a failed request. */
const SIGNED_OUT = /status of 401/;

/** What a page complains about: console errors, uncaught errors and refused content. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !SIGNED_OUT.test(message.text())) complaints.push(message.text());
  });
  return complaints;
}

/** Asks the API as the page does, with its cookie. */
export async function askAsPage<T>(
  page: Page,
  path: string,
  init?: { method: string; body?: object },
): Promise<T> {
  return await page.evaluate(
    async ({ path, init }) => {
      const headers = { 'content-type': 'application/json' };
      const body = init?.body ? { body: JSON.stringify(init.body), headers } : {};
      const reply = await fetch(path, { method: init?.method ?? 'GET', ...body });
      const text = await reply.text();
      return text === '' ? null : JSON.parse(text);
    },
    { path, init },
  );
}
