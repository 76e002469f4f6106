import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import { type CountedStores, openCountedStores } from '../helpers/count-trips.ts';

describe('a request waits for', () => {
  let stores: CountedStores;
  let ada: Person;
  let project: string;

  beforeAll(async () => {
    stores = await openCountedStores();
    ada = await signUp();
    project = await createProject(ada);
  });

  it('try', async () => {
    for (let i = 0; i < 4; i++)
      console.log(JSON.stringify(await stores.count(ada, `/v1/projects/${project}`)));
    for (let i = 0; i < 2; i++)
      console.log(JSON.stringify(await stores.count(ada, `/v1/projects/${project}/images`)));
    for (let i = 0; i < 2; i++)
      console.log(
        JSON.stringify(
          await stores.count(ada, `/v1/projects/${project}`, { method: 'PATCH', body: { name: `n${i}` } }),
        ),
      );
    for (let i = 0; i < 2; i++)
      console.log(JSON.stringify(await stores.count(ada, `/v1/projects/${project}`)));
    expect(1).toBe(1);
  });
});
