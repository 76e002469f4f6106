import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PublicImage, PublicProject } from '../../../src/domain/project/public-view.ts';
import { PAGE_CONTENT_SECURITY_POLICY, PAGE_STYLE } from '../../../src/public-site/page-style.ts';
import { renderPage } from '../../../src/public-site/render-page.ts';

const image = (more: Partial<PublicImage> = {}): PublicImage => ({
  id: 'img_1',
  width: 640,
  height: 480,
  hasThumbnail: true,
  host: 'photos.example',
  pageUrl: 'https://photos.example/a',
  license: 'cc-by-sa',
  licenseUrl: 'https://creativecommons.org/licenses/by-sa/4.0/',
  credit: 'Ada Lovelace',
  ...more,
});
const project = (more: Partial<PublicProject> = {}): PublicProject => ({
  id: 'prj_1',
  name: 'Harbours',
  description: 'Boats at rest.',
  images: [image()],
  nextCursor: null,
  ...more,
});

describe('the page of a public project', () => {
  it('shows each image with its licence, its credit and where it comes from', () => {
    const page = renderPage(project());
    expect(page).toContain('<h1>Harbours</h1>');
    expect(page).toContain('src="/p/prj_1/img_1?variant=thumbnail"');
    expect(page).toMatch(/href="https:\/\/creativecommons.org\/licenses\/by-sa\/4.0\/"[^>]*>CC BY-SA</);
    expect(page).toContain('Ada Lovelace');
    expect(page).toMatch(/href="https:\/\/photos.example\/a"[^>]*>photos.example</);
    expect(page).toContain('alt="Image 1 from photos.example"');
    expect(page).not.toContain('rel="next"');
    expect(page).not.toContain('<script');
  });

  it('says so when nothing is known, and shows an original that has no thumbnail', () => {
    const unknown = { host: null, pageUrl: null, license: null, licenseUrl: null, credit: null };
    const page = renderPage(
      project({ images: [image({ ...unknown, hasThumbnail: false })], description: '' }),
    );
    expect(page).toContain('Licence unknown');
    expect(page).toContain('src="/p/prj_1/img_1"');
    expect(page).toContain('alt="Image 1"');
    expect(renderPage(project({ images: [] }))).toContain('There are no images here.');
  });

  it('leads on to older images', () => {
    expect(renderPage(project({ nextCursor: 'abc' }))).toContain('<a rel="next" href="/p/prj_1?cursor=abc">');
  });

  it('runs nothing that a project, a page or a file says of itself', () => {
    const evil = '"><script>alert(1)</script>';
    const page = renderPage(
      project({
        name: evil,
        description: evil,
        images: [
          image({
            credit: evil,
            host: evil,
            license: evil,
            licenseUrl: 'javascript:alert(1)',
            pageUrl: evil,
          }),
        ],
      }),
    );
    expect(page).not.toContain('<script');
    expect(page).not.toContain('javascript:');
  });

  it('has the one style that its policy allows', () => {
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(renderPage(project())) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(PAGE_CONTENT_SECURITY_POLICY).toContain(`style-src 'sha256-${hash}'`);
    expect(renderPage(project())).not.toContain('style="');
  });

  it('has the colours of the console', () => {
    const tokens = readFileSync('console/src/styles/tokens.css', 'utf8');
    const colours = PAGE_STYLE.split('\n').filter((line) => line.includes('light-dark('));
    expect(colours.length).toBeGreaterThan(0);
    for (const line of colours) expect(tokens).toContain(line.trim());
  });
});
