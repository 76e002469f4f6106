import { describe, expect, it } from 'vitest';
import { appOf, areaOf } from '../../src/app-of.ts';
import { buildApp } from '../../src/app.ts';
import { AREAS } from '../../src/routes/areas.ts';

const isRoute = ({ method }: { method: string }) => method !== 'ALL';
const routes = buildApp(AREAS)
  .routes.filter(isRoute)
  .map(({ method, path }) => ({ method, path, example: path.replace(/:[^/]+/g, 'x') }));

describe('the parts of the API', () => {
  it.each(routes)('answer $method $path in the app of that path', ({ method, path, example }) => {
    const found = appOf(example).routes.some((route) => route.method === method && route.path === path);
    expect(found).toBe(true);
  });

  it('share no path: which one comes first is of no account', () => {
    const crowded = routes.filter(
      ({ example }) => AREAS.filter(({ paths }) => paths.test(example)).length > 1,
    );
    expect(crowded).toEqual([]);
  });

  it('are all made for the document that describes them', () => {
    expect(appOf('/openapi.json').routes.filter(isRoute)).toHaveLength(routes.length);
  });

  it.each(['/', '/projects', '/v1', '/v1/projectsx', '/health/live', '/healthy', '/p', '/v1/config/x'])(
    'leave %s to the app that has no area',
    (path) => {
      expect(areaOf(path)).toBeNull();
      expect(appOf(path)).toBe(appOf('/'));
    },
  );
});
