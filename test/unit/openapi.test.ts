import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { buildApp } from '../../src/app.ts';
import { AREAS } from '../../src/routes/areas.ts';
import { openapiDocument } from '../../src/routes/openapi.ts';

const operation = z.object({
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  responses: z.record(z.string(), z.looseObject({ headers: z.record(z.string(), z.unknown()).optional() })),
});
const text = JSON.stringify(openapiDocument(buildApp(AREAS)));
const { paths } = z
  .object({ paths: z.record(z.string(), z.record(z.string(), operation)) })
  .parse(JSON.parse(text));
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, one]) => ({ name: `${method} ${path}`, ...one })),
);

describe('the description of the API', () => {
  it('refers to nothing that is not there', () => {
    const names = [...text.matchAll(/"#\/components\/(\w+)\/(\w[\w-]*)"/g)];
    const { components } = z
      .object({ components: z.record(z.string(), z.looseObject({})) })
      .parse(JSON.parse(text));
    for (const [, kind = '', name = ''] of names) expect(components[kind]).toHaveProperty(name);
    expect(names.some(([, kind]) => kind === 'headers')).toBe(true);
  });

  it('says what may be refused as too much, and what may be not modified', () => {
    const named = (status: string) =>
      operations.filter(({ responses }) => status in responses).map(({ name }) => name);
    const all = operations.map(({ name }) => name);
    const limited = all.filter((name) => / \/v1\//.test(name));
    const free = ['get /v1/config', 'get /v1/projects/{projectId}/room'];
    expect(named('429').sort()).toEqual(limited.filter((name) => !free.includes(name)).sort());
    expect(named('304')).toEqual(
      expect.arrayContaining(['get /v1/projects', 'get /p/{projectId}/{imageId}']),
    );
    expect(named('304')).not.toContain('get /v1/profile');
    const headers = paths['/v1/projects/{projectId}']?.['get']?.responses['200']?.headers;
    expect(Object.keys(headers ?? {})).toEqual(['RateLimit', 'RateLimit-Policy', 'Cache-Status']);
  });

  it('has one part for administrators, which API keys have none in', () => {
    const admins = operations.filter(({ name }) => name.includes('/v1/admin/'));
    expect(new Set(admins.flatMap(({ tags }) => tags))).toEqual(new Set(['Administration']));
    for (const { security } of admins)
      expect(security).toEqual([{ session: [] }, { program: [] }, { operator: [] }]);
  });
});
