import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PurgeError, type PurgeScope } from '../../../src/purge/purger.ts';
import { createZonePurger } from '../../../src/purge/zone-purger.ts';
import type { Caller } from '../../../src/resilience/caller.ts';
import { newCaller } from '../../helpers/caller.ts';
import {
  type PurgeApi,
  type PurgeCall,
  type PurgeMode,
  startPurgeApi,
  ZONE,
} from '../../helpers/purge-api.ts';

let api: PurgeApi;
let caller: Caller;
const at = (path: string) => new URL(path, api.url);
const setMode = async (mode: PurgeMode) => void (await fetch(at(`/mode/${mode}`), { method: 'PUT' }));
const calls = async () => (await (await fetch(at('/calls'))).json()) as PurgeCall[];

async function purge(scope: PurgeScope, token = ZONE.token) {
  const access = { apiUrl: api.url, zoneId: ZONE.id, token, origin: 'https://darkroom.museum.org' };
  return await createZonePurger(access, caller).purge(scope);
}

beforeAll(async () => {
  api = await startPurgeApi();
});
afterAll(async () => await api.close());
beforeEach(async () => {
  caller = newCaller();
  await setMode('working');
});

describe('the cache of a zone', () => {
  it('is asked by tag, by whole address and for everything, with the request id', async () => {
    expect(await purge({ tags: ['project:prj_1'] })).toBe(true);
    expect(await purge({ paths: ['/p/prj_1', '/p/prj_1/img_1?variant=thumbnail'] })).toBe(true);
    expect(await purge({ everything: true })).toBe(true);
    expect(await calls()).toEqual(
      [
        { tags: ['project:prj_1'] },
        {
          files: [
            'https://darkroom.museum.org/p/prj_1',
            'https://darkroom.museum.org/p/prj_1/img_1?variant=thumbnail',
          ],
        },
        { purge_everything: true },
      ].map((body) => ({ body, requestId: caller.scope.requestId })),
    );
  });

  it('is asked a hundred at a time', async () => {
    const tags = Array.from({ length: 201 }, (_, nth) => `tag-${nth}`);
    expect(await purge({ tags })).toBe(true);
    const asked = (await calls()).map(({ body }) => body.tags ?? []);
    expect(asked.map(({ length }) => length)).toEqual([100, 100, 1]);
    expect(asked.flat()).toEqual(tags);
  });

  it('is absent where none is configured', async () => {
    expect(await createZonePurger(null, caller).purge({ everything: true })).toBe(false);
    expect(await calls()).toEqual([]);
  });
});

describe('an API that does not do it', () => {
  const failure = async (scope: PurgeScope, token?: string) =>
    await purge(scope, token).then(
      () => null,
      (error: unknown) => error,
    );

  it('is quoted', async () => {
    expect(await failure({ everything: true }, 'wrong')).toEqual(
      new PurgeError('Authentication error (10000)'),
    );
  });

  it('says when to come again, after what it did', async () => {
    await setMode('limited');
    const tags = Array.from({ length: 150 }, (_, nth) => `tag-${nth}`);
    const error = await failure({ tags });
    expect(error).toMatchObject({ code: 'unavailable', options: { retryAfter: 45 } });
    expect(await calls()).toHaveLength(2);
  });

  it.each(['failing', 'garbled'] as const)('is not believed while it is %s', async (mode) => {
    await setMode(mode);
    expect(await failure({ everything: true })).toBeInstanceOf(Error);
  });
});
