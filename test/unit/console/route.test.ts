import { describe, expect, it } from 'vitest';
import { linkToken, matchRoute, pathTo, safeReturnPath } from '../../../console/src/routing/match.ts';

describe('addresses of the console', () => {
  it.each([
    ['/', { name: 'projects' }],
    ['/projects/', { name: 'projects' }],
    ['/account', { name: 'account' }],
    ['/join', { name: 'join' }],
    ['/projects/prj_1/settings', { name: 'settings', projectId: 'prj_1' }],
    ['/sign-in', { name: 'signIn' }],
    ['/projects/prj_1', { name: 'images', projectId: 'prj_1' }],
    ['/projects/prj_1/imports', { name: 'imports', projectId: 'prj_1' }],
    ['/projects/prj_1/imports/new', { name: 'newImport', projectId: 'prj_1' }],
    ['/projects/prj_1/imports/job_2', { name: 'import', projectId: 'prj_1', jobId: 'job_2' }],
    ['/projects/prj_1/images/img_3', { name: 'image', projectId: 'prj_1', imageId: 'img_3' }],
  ])('%s is a screen', (path, expected) => {
    expect(matchRoute(path)).toEqual(expected);
  });

  it.each([
    '/nothing',
    '/account/more',
    '/projects/p/settings/more',
    '/projects/p/other',
    '/projects/p/images/i/more',
    '/projects/%E0%A4%A',
  ])('%s leads nowhere', (path) => {
    expect(matchRoute(path)).toEqual({ name: 'notFound' });
  });

  it('come back unchanged, also with ids that need encoding', () => {
    const projectId = 'a/b ?#%';
    expect(matchRoute(pathTo.image(projectId, 'ü/1'))).toEqual({ name: 'image', projectId, imageId: 'ü/1' });
    expect(matchRoute(pathTo.import(projectId, 'j'))).toEqual({ name: 'import', projectId, jobId: 'j' });
    expect(matchRoute(pathTo.newImport(projectId))).toEqual({ name: 'newImport', projectId });
  });
});

describe('the way back after sign-in', () => {
  it('leads to the page that was wanted, with its query', () => {
    const search = pathTo.signIn('/projects/p/images?x=1').split('?')[1] ?? '';
    expect(safeReturnPath(new URLSearchParams(search).get('return'))).toBe('/projects/p/images?x=1');
  });

  it.each([
    null,
    '',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '/sign-up?return=/x',
  ])('never leaves the console or loops: %j', (value) => {
    expect(safeReturnPath(value)).toBe('/projects');
  });
});

describe('the one-time link', () => {
  it('carries its token in the fragment', () => {
    expect(linkToken('#link=abc_-1')).toBe('abc_-1');
    expect(linkToken('#content')).toBeNull();
    expect(linkToken('')).toBeNull();
  });
});
