import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublicImage } from '../../src/domain/project/public-view.ts';
import { PAGE_CONTENT_SECURITY_POLICY } from '../../src/public-site/page-style.ts';
import { renderPage } from '../../src/public-site/render-page.ts';
import { findViolations } from './axe.ts';
import { collectComplaints, launchBrowser } from '../helpers/browser.ts';
import { makePictures, type Picture } from '../helpers/fakes/gallery/pictures.ts';

const IMAGES = 24;

let browser: Browser;
let server: http.Server;
let address: string;
let pictures: Picture[];

function imageOf({ width, height }: Picture, nth: number): PublicImage {
  const isUpload = nth % 5 === 4;
  return {
    id: `img_${nth}`,
    width,
    height,
    hasThumbnail: true,
    host: isUpload ? null : `photos-${nth}.example`,
    pageUrl: isUpload ? null : `https://photos-${nth}.example/page`,
    license: [null, 'cc-by', 'cc0', 'other'][nth % 4] ?? null,
    licenseUrl: nth % 4 === 1 ? 'https://creativecommons.org/licenses/by/4.0/' : null,
    credit: nth % 3 === 0 ? null : 'A photographer with quite a long name, and an agency besides',
  };
}

beforeAll(async () => {
  [browser, pictures] = await Promise.all([launchBrowser(), makePictures(6)]);
  const images = Array.from({ length: IMAGES }, (_, nth) =>
    imageOf(pictures[nth % pictures.length] as Picture, nth),
  );
  const page = renderPage({
    id: 'prj_1',
    name: 'Harbours of the north, and averyverylongwordthatnobodywouldtypebutsomebodydoes',
    description: 'Boats at rest.\nTaken by many.',
    images,
    nextCursor: 'djE6aW1nXzE',
  });
  server = http.createServer((request, response) => {
    const [, nth] = /img_(\d+)/.exec(request.url ?? '') ?? [];
    if (nth !== undefined) {
      response.setHeader('content-type', 'image/webp');
      return void response.end(pictures[Number(nth) % pictures.length]?.bytes);
    }
    if (request.url !== '/p/prj_1') return void response.writeHead(204).end();
    response.setHeader('content-type', 'text/html; charset=UTF-8');
    response.setHeader('content-security-policy', PAGE_CONTENT_SECURITY_POLICY);
    response.end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/p/prj_1`;
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

async function keepPicture(screen: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await screen.screenshot({ path: path.join(folder, `${name}.png`) });
}

describe('the page of a public project, in a browser', () => {
  it.each([
    ['dark', 1440],
    ['light', 1440],
    ['dark', 360],
    ['light', 360],
  ] as const)('is whole in the %s, %i pixels wide', async (colorScheme, width) => {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: 800 },
      javaScriptEnabled: true,
    });
    const page = await context.newPage();
    const complaints = collectComplaints(page);
    await page.goto(address);
    await keepPicture(page, `public-${colorScheme}-${width}`);
    expect(await findViolations(page)).toEqual([]);
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0);
    expect(await page.locator('li').count()).toBe(IMAGES);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(22, 22, 22)' : 'rgb(247, 246, 244)');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('needs no script, and can be walked through with the keyboard', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 1440, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(address);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('href')).toBe('/p/prj_1/img_0');
    expect(await page.getByRole('img').first().getAttribute('alt')).toBe('Image 1 from photos-0.example');
    expect(await page.getByRole('link', { name: 'Older images' }).getAttribute('href')).toContain('?cursor=');
    await context.close();
  });
});
