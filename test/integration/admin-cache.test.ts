import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createClient, createProject, type Person, signUp } from '../helpers/client.ts';
import { problemOf } from '../helpers/problem.ts';
import { type PurgeCall, type PurgeMode, ZONE } from '../helpers/purge-api.ts';
import { sqlAsSuperuser } from '../helpers/sql.ts';

const PATH = '/v1/admin/cache/purge';
const OPERATOR_TOKEN = 'b3BlcmF0b3Itb2YtdGhlLXRlc3RzLW9mLXB1cmdpbmctdGhl';
const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` };
const api = inject('stores').purgeApiUrl;

let ada: Person;
let variables: Record<string, string>;

const setMode = async (mode: PurgeMode) => await fetch(new URL(`/mode/${mode}`, api), { method: 'PUT' });
const calls = async () => await (await fetch(new URL('/calls', api))).json<PurgeCall[]>();

beforeAll(async () => {
  ada = await signUp();
  variables = {
    OPERATOR_TOKEN,
    ADMIN_EMAILS: ` someone@else.example, ${ada.email.toUpperCase()} `,
    CACHE_PURGE_URL: `${api}/`,
    CACHE_PURGE_ZONE_ID: ZONE.id,
    CACHE_PURGE_TOKEN: ZONE.token,
  };
});
beforeEach(async () => await setMode('working'));

const body = { tags: ['project:prj_1'] };

describe('who may purge', () => {
  it('is an administrator, named by e-mail', async () => {
    expect(await ada.call(PATH, { body, variables })).toMatchObject({
      status: 200,
      body: {
        places: [
          { name: 'tiers', state: 'purged' },
          { name: 'isolate', state: 'purged' },
          { name: 'edge', state: 'absent' },
          { name: 'zone', state: 'purged' },
        ],
      },
    });
  });

  it('is the operator, by a token that is good for nothing else', async () => {
    const reply = await createClient().call(PATH, { body, variables, headers: operator });
    expect(reply).toMatchObject({ status: 200 });
    for (const path of ['/v1/projects', '/v1/profile', '/v1/sessions'])
      expect(await problemOf(path, { variables, headers: operator })).toMatchObject({ status: 401 });
  });

  it('is nobody else', async () => {
    const bob = await signUp();
    expect(await problemOf(PATH, { body, variables }, bob)).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await problemOf(PATH, { body, variables })).toMatchObject({
      status: 401,
      code: 'unauthenticated',
    });
    for (const token of [
      `${OPERATOR_TOKEN}x`,
      OPERATOR_TOKEN.slice(0, -1),
      OPERATOR_TOKEN.toLowerCase(),
      '',
    ]) {
      const headers = { authorization: `Bearer ${token}` };
      expect(await problemOf(PATH, { body, variables, headers })).toMatchObject({ status: 401 });
    }
    expect(await calls()).toEqual([]);
  });

  it('is nobody at all where neither is configured', async () => {
    expect(await problemOf(PATH, { body }, ada)).toMatchObject({ status: 403 });
    expect(await problemOf(PATH, { body, headers: operator })).toMatchObject({ status: 401 });
  });
});

describe('what is purged', () => {
  const ask = async (body: object) =>
    await createClient().call(PATH, { body, variables, headers: { ...operator, 'x-request-id': 'purge-1' } });

  it.each([
    [{ tags: ['project:prj_1', 'user:usr_1'] }, { tags: ['project:prj_1', 'user:usr_1'] }],
    [
      { urls: ['/p/prj_1', 'http://darkroom.test/p/prj_1/img_1?variant=thumbnail'] },
      { files: ['http://darkroom.test/p/prj_1', 'http://darkroom.test/p/prj_1/img_1?variant=thumbnail'] },
    ],
    [{ everything: true }, { purge_everything: true }],
    [{ tags: ['user:usr_1', 'everything'] }, { purge_everything: true }],
  ])('%j, in the zone as %j, with one request id', async (body, asked) => {
    expect((await ask(body)).status).toBe(200);
    expect(await calls()).toEqual([{ body: asked, requestId: 'purge-1' }]);
  });

  it('is written down, with who asked', async () => {
    const tag = `project:${await createProject(ada)}`;
    await ask({ tags: [tag] });
    await ada.call(PATH, { body: { tags: [tag] }, variables });
    const rows = await sqlAsSuperuser(
      `select actor_id as "actorId", data from activity_logs
       where action = 'cache.purged' and data -> 'tags' ->> 0 = $1 order by id`,
      [tag],
    );
    expect(rows).toEqual([
      { actorId: null, data: { by: 'service', tags: [tag] } },
      { actorId: ada.userId, data: { by: 'user', tags: [tag] } },
    ]);
  });

  it.each([
    [{ tags: [] }, 'body.tags'],
    [{ urls: [] }, 'body.urls'],
    ...['nonsense', 'project:prj_1,', 'project:usr_1', 'prj_1', 'Everything', '\u00e9'].map(
      (tag) => [{ tags: ['everything', tag] }, 'body.tags.1'] as const,
    ),
  ] as const)('is never %j', async (body, path) => {
    const problem = await problemOf(PATH, { method: 'POST', body, variables, headers: operator });
    expect(problem).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path }] });
    expect(await calls()).toEqual([]);
  });

  it('has a tag of a known form, which the refusal of another one names', async () => {
    const problem = await problemOf(PATH, { body: { tags: ['nonsense'] }, variables, headers: operator });
    expect(problem).toMatchObject({
      detail: 'body.tags.0: is none of everything, project:prj_…, user:usr_…',
    });
  });

  it.each([
    {},
    { everything: false },
    { tags: ['project:prj_1'], everything: true },
    { tags: ['project:prj_1'], urls: ['/p'] },
    { paths: ['/p'] },
    { tags: Array.from({ length: 101 }, (_, index) => `project:prj_${index}`) },
  ])('is one of three things, and not %j', async (body) => {
    const problem = await problemOf(PATH, { method: 'POST', body, variables, headers: operator });
    expect(problem).toMatchObject({
      status: 400,
      detail: 'body: give one of tags, urls (lists of 1 to 100), everything: true',
    });
  });

  it.each(['https://elsewhere.example/p', '//elsewhere.example/p', 'http://', 'javascript:alert(1)'])(
    'is not what %s names',
    async (url) => {
      const problem = await problemOf(PATH, { body: { urls: ['/p', url] }, variables, headers: operator });
      expect(problem).toMatchObject({ status: 400, errors: [{ path: 'body.urls.1' }] });
      expect(await calls()).toEqual([]);
    },
  );
});

describe('a zone that is not purged', () => {
  it.each([
    ['limited', { tags: ['project:prj_1'] }, 200],
    ['failing', { everything: true }, 503],
    ['garbled', { everything: true }, 503],
    ['hanging', { everything: true }, 503],
  ] as const)('is said to be so while it is %s', async (mode, body, status) => {
    await setMode(mode);
    const reply = await createClient().call(PATH, { body, variables, headers: operator });
    expect(reply.status).toBe(status);
    if (status !== 503) return;
    expect(reply.body).toMatchObject({ code: 'unavailable', retryable: true, errors: [{ path: 'zone' }] });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is asked again after the time that it names', async () => {
    await setMode('limited');
    const ask = async () => await createClient().call(PATH, { body, variables, headers: operator });
    expect((await ask()).status).toBe(200);
    const second = await ask();
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '45']);
  });

  it('says that its token is wrong', async () => {
    const wrong = { ...variables, CACHE_PURGE_TOKEN: 'another-token' };
    const problem = await problemOf(PATH, { body, variables: wrong, headers: operator });
    expect(problem).toMatchObject({ status: 503, errors: [{ message: 'Authentication error (10000)' }] });
  });
});
