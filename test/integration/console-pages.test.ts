import { describe, expect, it } from 'vitest';
import { matchRoute, pathTo } from '../../console/src/routing/match.ts';
import { createClient } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';

const html = { accept: 'text/html,application/xhtml+xml' };
const id = 'prj_01m7yg460rt07g7ysyvz4h7kd0';

describe('the addresses of the console', () => {
  const addresses = [
    '/',
    ...[pathTo.projects(), pathTo.account(), pathTo.signUp(), pathTo.design(), pathTo.signIn('/projects')],
    ...[pathTo.images(id), pathTo.image(id, 'img_1'), pathTo.imports(id), pathTo.settings(id), pathTo.join()],
    ...[pathTo.newImport(id), pathTo.import(id, 'job_1'), `/projects/${id}`],
  ];
  it.each(addresses)('%s answers with the page', async (address) => {
    expect(matchRoute(new URL(address, 'http://x').pathname).name).not.toBe('notFound');
    const response = await createClient().send(address, { headers: html });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<script');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('answer a browser that is lost with the page that says so, as 404', async () => {
    const response = await createClient().send('/nowhere/at/all', { headers: html });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('text/html');
  });

  it.each(['/nowhere', '/missing.js', '/assets/../secret.txt', '/v1/nowhere'])(
    'answer a program that asks for %s with a problem',
    async (address) => {
      const response = await createClient().send(address, { headers: { accept: 'application/json' } });
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it.each(['/v1/nowhere', '/assets/of-another-build.js', '/assets/'])(
    'never answer %s with a page, not even a browser',
    async (address) => {
      const problem = await problemOf(address, { headers: html });
      expect(problem).toMatchObject({ status: 404, code: 'not_found' });
      expect(problem.headers.get('cache-control')).toBe('no-store');
      expect(problem.headers.get('x-request-id')).toBe(problem.requestId);
    },
  );

  it('serve the files beside the page', async () => {
    const response = await createClient().send('/theme.js');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('javascript');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('tell the console where the sample site is, and that nothing is shared', async () => {
    const { body } = await createClient().call('/v1/config');
    expect(body).toEqual({
      environment: 'development',
      sampleSiteUrl: expect.stringMatching(/^http:\/\/127/),
      sharedOrigin: null,
    });
  });
});
