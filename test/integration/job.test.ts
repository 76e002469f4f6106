import { describe, expect, inject, it } from 'vitest';
import { createProject, type Person, signUp } from '../helpers/client.ts';
import {
  createJob,
  finishJob,
  importImages,
  type Item,
  itemsOf,
  media,
  progressOf,
  query,
} from '../helpers/crawl.ts';

const host = inject('stores').imageHostUrl;

interface Problem {
  code: string;
  state?: string;
  errors?: { path: string }[];
}

async function post(person: Person, project: string, body: unknown) {
  return await person.call<Problem & { id: string; total: number }>(`/v1/projects/${project}/jobs`, { body });
}

function outcomesOf(items: Item[]): Record<string, string> {
  return Object.fromEntries(
    items.map(({ url, status, reason }) => [url.replace(host, ''), reason ? `${status} ${reason}` : status]),
  );
}

describe('a job of kind urls', () => {
  it('gives every URL one final status with its reason and stores each content once', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const expected: Record<string, string> = {
      '/image/one.jpg': 'stored',
      '/image/two.png': 'stored',
      '/redirect/3/image/three.jpg': 'stored',
      '/corrupt.jpg': 'rejected corrupt',
      '/page.jpg': 'rejected not_image',
      '/animation.gif': 'rejected too_small',
      '/bitmap.bmp': 'rejected format',
      '/large': 'rejected too_large',
      '/endless': 'rejected too_large',
      '/tiny.png': 'rejected too_small',
      '/status/404': 'failed http_4xx',
      '/status/503': 'failed http_5xx',
      '/status/530': 'failed dns',
      '/redirect/9/image/x.jpg': 'failed redirects',
      '/reset': 'failed reset',
      '/to-private': 'blocked private_address',
      'http://10.1.2.3/x.jpg': 'blocked private_address',
      'http://nowhere.invalid/x.jpg': 'blocked private_address',
      'https://example.org:22/x.jpg': 'blocked policy',
    };
    const same = ['/same/b.jpg', '/same/c.jpg'];
    const paths = [...Object.keys(expected), ...same];
    const job = await createJob(ada, project, paths, { minWidth: 20 });
    expect((await ada.call(`/v1/jobs/${job}/start`, { method: 'POST' })).status).toBe(200);
    const progress = await finishJob(ada, job);

    const items = await itemsOf(ada, job);
    const outcomes = outcomesOf(items);
    // Which of two equal images comes first is not decided; that one is kept is.
    expect(same.map((path) => outcomes[path]).sort()).toEqual(['duplicate_exact', 'stored']);
    expect(outcomes).toMatchObject(expected);
    expect(
      new Set(items.filter(({ url }) => url.includes('/same/')).map(({ imageId }) => imageId)).size,
    ).toBe(1);

    expect(progress).toMatchObject({
      status: 'completed_with_errors',
      total: paths.length,
      pending: 0,
      done: paths.length,
      counts: { stored: 4, duplicateExact: 1, rejected: 7, blocked: 4, failed: 5, skipped: 0 },
    });
    expect((await ada.call(`/v1/projects/${project}`)).body['imageCount']).toBe(4);
  });

  it('stores one object and one blob for a content, however many projects hold it', async () => {
    const name = `/image/${crypto.randomUUID()}.jpg`;
    const people = [await signUp(), await signUp()];
    const shas: string[] = [];
    for (const person of people) {
      const project = await createProject(person);
      await importImages(person, project, [name, `/redirect/1${name}`]);
      const { body } = await person.call<{ data: { sha256: string }[] }>(`/v1/projects/${project}/images`);
      expect(body.data).toHaveLength(1);
      shas.push(body.data[0]?.sha256 ?? '');
    }
    const [sha256 = ''] = shas;
    expect(shas).toEqual([sha256, sha256]);
    expect((await media.list({ prefix: `original/${sha256}` })).objects).toHaveLength(1);
    expect((await media.list({ prefix: `thumbnail/320/${sha256}` })).objects).toEqual([]);
    expect(await query(`select 1 from blobs where sha256 = decode($1, 'hex')`, [sha256])).toHaveLength(1);
    expect(await query(`select 1 from images where sha256 = decode($1, 'hex')`, [sha256])).toHaveLength(2);
  });

  it('finds nothing new when the same URLs are imported again', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const paths = ['/image/again-1.jpg', '/image/again-2.png'];
    await importImages(ada, project, paths);
    const second = await importImages(ada, project, paths);
    expect(await progressOf(ada, second)).toMatchObject({
      status: 'completed',
      counts: { stored: 0, duplicateExact: 2 },
    });
    expect((await ada.call(`/v1/projects/${project}`)).body['imageCount']).toBe(2);
  });

  it('rejects what is smaller than the filters ask for, and only that', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const tooLow = await importImages(ada, project, ['/image/low.jpg'], { minHeight: 91 });
    expect(outcomesOf(await itemsOf(ada, tooLow))).toEqual({ '/image/low.jpg': 'rejected too_small' });
    const fits = await importImages(ada, project, ['/image/low.jpg'], { minWidth: 120, minHeight: 90 });
    expect(outcomesOf(await itemsOf(ada, fits))).toEqual({ '/image/low.jpg': 'stored' });
  });
});

describe('making a job', () => {
  it('collapses equal URLs and makes a draft with nothing done', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const urls = [
      'https://Example.org/a',
      'https://example.org:443/a',
      ' https://example.org/a#top ',
      'https://example.org/b',
    ];
    const made = await post(ada, project, { kind: 'urls', urls });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      projectId: project,
      kind: 'urls',
      status: 'draft',
      total: 2,
      startedAt: null,
    });
    expect(made.headers.get('location')).toBe(`/v1/jobs/${made.body.id}`);
    expect((await ada.call(`/v1/jobs/${made.body.id}`)).body).toEqual(made.body);
    expect(await progressOf(ada, made.body.id)).toMatchObject({
      total: 2,
      pending: 2,
      done: 0,
      status: 'draft',
    });
  });

  it('names each URL that cannot be fetched', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const urls = [
      'https://example.org/a',
      'ftp://example.org/b',
      'https://u:p@example.org/',
      'not a url',
      `https://example.org/${'x'.repeat(2_048)}`,
    ];
    const made = await post(ada, project, { kind: 'urls', urls });
    expect(made.status).toBe(400);
    expect(made.body.errors?.map(({ path }) => path)).toEqual([
      'body.urls.1',
      'body.urls.2',
      'body.urls.3',
      'body.urls.4',
    ]);
  });

  it.each([
    ['no pages', { kind: 'pages', pages: [] }, 'body.pages'],
    ['a sitemap that is no address', { kind: 'sitemap', sitemap: 'here' }, 'body.sitemap'],
    [
      'more than 10,000 URLs',
      { kind: 'urls', urls: Array.from({ length: 10_001 }, (_, n) => `https://e.org/${n}`) },
      'body.urls',
    ],
    [
      'a filter below one pixel',
      { kind: 'urls', urls: ['https://e.org/'], options: { minWidth: 0 } },
      'body.options.minWidth',
    ],
    ['an unknown kind', { kind: 'guess', urls: ['https://e.org/'] }, 'body.kind'],
  ])('refuses %s', async (_what, body, path) => {
    const ada = await signUp();
    const made = await post(ada, await createProject(ada), body);
    expect(made.status).toBe(400);
    expect(made.body).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
  });

  it('takes 10,000 URLs', async () => {
    const ada = await signUp();
    const urls = Array.from({ length: 10_000 }, (_, n) => `https://example.org/${n}`);
    const made = await post(ada, await createProject(ada), { kind: 'urls', urls });
    expect(made.status).toBe(201);
    expect(made.body.total).toBe(10_000);
    expect(
      await query('select count(*)::integer as n, max(chunk) as last from crawl_items where job_id = $1', [
        made.body.id,
      ]),
      // Fifty of a chunk: the tests ask hosts as often as they like.
    ).toEqual([{ n: 10_000, last: 199 }]);
  });

  it('takes large lists that come at once', async () => {
    const ada = await signUp();
    const project = await createProject(ada);
    const lists = Array.from({ length: 8 }, (_, list) =>
      Array.from({ length: 4_000 }, (_, n) => `https://example.org/${list}/${n}/${'x'.repeat(480)}`),
    );
    const made = await Promise.all(
      lists.map(async (urls) => await post(ada, project, { kind: 'urls', urls })),
    );
    for (const { status, body } of made)
      expect({ status, total: body.total }).toEqual({ status: 201, total: 4_000 });
    const [job] = made;
    const more = await Promise.all(
      lists
        .slice(1, 3)
        .map(async (urls) => await ada.call(`/v1/jobs/${job?.body.id}/urls`, { body: { urls } })),
    );
    expect(more.map(({ status }) => status)).toEqual([200, 200]);
    expect((await ada.call(`/v1/jobs/${job?.body.id}`)).body).toMatchObject({ total: 12_000 });
  });
});
