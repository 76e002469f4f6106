import { describe, expect, it } from 'vitest';
import { createEdgePurger, type EdgeAnswer, type EdgePurge } from '../../../src/public-site/public-site.ts';
import type { PurgeScope } from '../../../src/purge/purger.ts';

/** An entry point whose platform answers so. */
async function purge(scope: PurgeScope, answer: EdgeAnswer) {
  const asked: EdgePurge[] = [];
  const site = {
    fetch: async () => new Response(),
    purge: async (options: EdgePurge) => {
      asked.push(options);
      return answer;
    },
  };
  return { asked, done: await createEdgePurger(site).purge(scope) };
}

const DONE = { success: true, errors: [] };

describe('the copies of the platform', () => {
  it.each([
    [{ tags: ['project:prj_1'] }, { tags: ['project:prj_1'] }],
    [{ paths: ['/p/prj_1/img_1?variant=thumbnail'] }, { pathPrefixes: ['/p/prj_1/img_1'] }],
    [{ everything: true } as const, { purgeEverything: true }],
  ])('%j are asked for as %j', async (scope, options) => {
    expect(await purge(scope, DONE)).toEqual({ asked: [options], done: true });
  });

  it('are asked for a hundred at a time', async () => {
    const tags = Array.from({ length: 101 }, (_, nth) => `tag-${nth}`);
    expect((await purge({ tags }, DONE)).asked.map((one) => one.tags?.length)).toEqual([100, 1]);
  });

  it('are absent on a laptop', async () => {
    expect((await purge({ everything: true }, null)).done).toBe(false);
  });

  it('may still be there when the platform refuses, or cannot be reached', async () => {
    const refused = purge({ everything: true }, { success: false, errors: [{ code: 971, message: 'Wait' }] });
    await expect(refused).rejects.toThrow('Wait (971)');
    await expect(createEdgePurger(null).purge({ everything: true })).rejects.toThrow('cannot be reached');
  });
});
