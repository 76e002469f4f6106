import { beforeAll, describe, expect, it } from 'vitest';
import { type Client, createProject, type Person, signUp } from '../helpers/client.ts';
import { addMember, countRows, sqlAsSuperuser } from '../helpers/sql.ts';
import { picture, upload } from '../helpers/uploads.ts';

interface Shown {
  id: string;
  review: string;
  label: string | null;
  tags: string[];
  revision: number;
  reviewedBy: { id: string; name: string } | null;
  reviewedAt: string | null;
  reviewId: string | null;
}
interface Outcome {
  reviewId: string | null;
  changed: number;
  isComplete: boolean;
  images: Shown[];
  conflicts: Shown[];
  missing: string[];
}
interface Problem {
  code: string;
  current?: Shown;
}

let ada: Person;
let ben: Person;
let project: string;
let bytes: Uint8Array<ArrayBuffer>[];

beforeAll(async () => {
  [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  project = await createProject(ada);
  await addMember(project, ben.userId, 'reviewer');
  bytes = await Promise.all(Array.from({ length: 3 }, async () => await picture()));
});

async function newImage(): Promise<string> {
  return (await upload(ada, project, await picture())).body.id;
}
/** Three images in a project of their own. */
async function newProject(): Promise<{ id: string; images: string[] }> {
  const id = await createProject(ada);
  await addMember(id, ben.userId, 'reviewer');
  const images: string[] = [];
  for (const one of bytes) images.push((await upload(ada, id, one)).body.id);
  return { id, images };
}

const decide = async (client: Client, id: string, body: object) =>
  await client.call<Shown & Problem>(`/v1/images/${id}`, { method: 'PATCH', body });
const show = async (id: string) => (await ada.call<Shown>(`/v1/images/${id}`)).body;
const reviewMany = async (client: Client, projectId: string, body: object) =>
  await client.call<Outcome & Problem>(`/v1/projects/${projectId}/images/review`, { body });
const undo = async (client: Client, reviewId: string | null) =>
  await client.call<Outcome>(`/v1/reviews/${reviewId}/undo`, { method: 'POST' });
const stateOf = ({ review, label, tags }: Shown) => ({ review, label, tags });
const UNTOUCHED = { review: 'undecided', label: null, tags: [] };

describe('a decision about an image', () => {
  it('is kept with who and when, and raises the revision', async () => {
    const id = await newImage();
    expect(await show(id)).toMatchObject({ ...UNTOUCHED, revision: 0, reviewedBy: null, reviewedAt: null });
    const reply = await decide(ben, id, {
      revision: 0,
      review: 'keep',
      label: 'cat',
      tags: ['b', ' A ', 'b'],
    });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      review: 'keep',
      label: 'cat',
      tags: ['a', 'b'],
      revision: 1,
      reviewedBy: { id: ben.userId, name: 'Ben' },
      reviewId: expect.stringMatching(/^rev_/),
    });
    expect(Math.abs(Date.now() - Date.parse(reply.body.reviewedAt ?? ''))).toBeLessThan(60_000);
    expect(await show(id)).toMatchObject({ review: 'keep', revision: 1, tags: ['a', 'b'] });
    const logged = await sqlAsSuperuser('select actor_id, data from activity_logs where subject_id = $1', [
      reply.body.reviewId,
    ]);
    expect(logged).toMatchObject([
      { actor_id: ben.userId, data: { imageId: id, change: { review: 'keep' } } },
    ]);
  });

  it('that changes nothing raises nothing and leaves no trace', async () => {
    const id = await newImage();
    const before = await countRows('reviews', 'project_id = $1', [project]);
    const reply = await decide(ben, id, { revision: 0, review: 'undecided' });
    expect(reply.body).toMatchObject({ revision: 0, reviewId: null, reviewedBy: null });
    expect(await countRows('reviews', 'project_id = $1', [project])).toBe(before);
  });

  it('on what somebody else has changed is refused with what it is now', async () => {
    const id = await newImage();
    await decide(ada, id, { revision: 0, review: 'reject' });
    const reply = await decide(ben, id, { revision: 0, review: 'keep' });
    expect([reply.status, reply.body.code]).toEqual([409, 'stale_revision']);
    expect(reply.body).toMatchObject({ retryable: false });
    expect(reply.body.current).toMatchObject({
      id,
      review: 'reject',
      revision: 1,
      reviewedBy: { id: ada.userId, name: 'Ada' },
      reviewedAt: expect.any(String),
    });
    expect(await show(id)).toMatchObject({ review: 'reject', revision: 1 });
  });

  it('of two at the same moment is lost to nobody: one is told', async () => {
    const id = await newImage();
    const replies = await Promise.all([
      decide(ada, id, { revision: 0, review: 'keep' }),
      decide(ben, id, { revision: 0, review: 'reject' }),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const winner = replies.find(({ status }) => status === 200);
    expect(await show(id)).toMatchObject({ review: winner?.body.review, revision: 1 });
  });

  it('is 404 for an image in the bin and for strangers, 403 for viewers', async () => {
    const id = await newImage();
    const [viewer, eve] = [await signUp(), await signUp()];
    await addMember(project, viewer.userId, 'viewer');
    expect((await decide(viewer, id, { revision: 0, review: 'keep' })).status).toBe(403);
    expect((await decide(eve, id, { revision: 0, review: 'keep' })).status).toBe(404);
    await ada.call(`/v1/images/${id}`, { method: 'DELETE' });
    expect((await decide(ben, id, { revision: 0, review: 'keep' })).status).toBe(404);
  });

  it.each([
    {},
    { revision: 0 },
    { revision: -1, review: 'keep' },
    { revision: 0, review: 'maybe' },
    { revision: 0, label: '' },
    { revision: 0, label: 'x'.repeat(41) },
    { revision: 0, tags: ['x'.repeat(41)] },
    { revision: 0, tags: Array.from({ length: 21 }, (_, nth) => `t${nth}`) },
    { revision: 0, review: 'keep', more: 1 },
    { revision: 2 ** 40, review: 'keep' },
  ])('%j is refused', async (body) => {
    expect((await decide(ben, await newImage(), body)).status).toBe(400);
  });

  it('repeated with the same key is made once', async () => {
    const id = await newImage();
    const call = {
      method: 'PATCH',
      body: { revision: 0, review: 'keep' },
      headers: { 'idempotency-key': crypto.randomUUID() },
    };
    const [first, second] = [
      await ben.call<Shown>(`/v1/images/${id}`, call),
      await ben.call<Shown>(`/v1/images/${id}`, call),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.reviewId).toBe(first.body.reviewId);
    expect((await show(id)).revision).toBe(1);
  });
});

describe('a decision about many images', () => {
  it('changes what was seen as it is, and tells the others', async () => {
    const { id, images } = await newProject();
    const [one = '', two = '', three = ''] = images;
    await decide(ada, two, { revision: 0, label: 'dog' });
    await ada.call(`/v1/images/${three}`, { method: 'DELETE' });
    const { status, body } = await reviewMany(ben, id, {
      change: { review: 'keep', addTags: ['Sharp'] },
      images: images.map((image) => ({ id: image, revision: 0 })),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ changed: 1, isComplete: true, missing: [three] });
    expect(body.images).toEqual([{ id: one, review: 'keep', label: null, tags: ['sharp'], revision: 1 }]);
    expect(body.conflicts).toMatchObject([
      { id: two, label: 'dog', revision: 1, reviewedBy: { name: 'Ada' } },
    ]);
  });

  it('by a filter reaches all that match, and is complete when none is left', async () => {
    const { id, images } = await newProject();
    await decide(ada, images[0] ?? '', { revision: 0, tags: ['old'] });
    const change = { change: { review: 'reject' }, filter: { tag: 'old' } };
    expect((await reviewMany(ben, id, change)).body).toMatchObject({ changed: 1, isComplete: true });
    expect((await reviewMany(ben, id, change)).body).toMatchObject({ changed: 0, reviewId: null });
    const rest = await reviewMany(ben, id, { change: { label: 'cat' }, filter: { review: 'undecided' } });
    expect(rest.body.changed).toBe(2);
    const listed = await ada.call<{ data: Shown[] }>(`/v1/projects/${id}/images?label=cat`);
    expect(listed.body.data).toHaveLength(2);
  });

  it('of which all are gone is 404, and of too many tags 422', async () => {
    const { id, images } = await newProject();
    const [one = ''] = images;
    const tags = (from: number) => Array.from({ length: 20 }, (_, nth) => `t${from + nth}`);
    const named = [{ id: one, revision: 0 }];
    expect((await reviewMany(ben, id, { change: { addTags: tags(0) }, images: named })).status).toBe(200);
    const more = await reviewMany(ben, id, {
      change: { addTags: tags(5) },
      images: [{ id: one, revision: 1 }],
    });
    expect([more.status, more.body.code]).toEqual([422, 'too_many_tags']);
    await ada.call(`/v1/images/${one}`, { method: 'DELETE' });
    expect((await reviewMany(ben, id, { change: { review: 'keep' }, images: named })).status).toBe(404);
  });
});

describe('an undo', () => {
  it('gives back what was, also below an undo and a redo', async () => {
    const id = await newImage();
    const first = await decide(ada, id, { revision: 0, review: 'keep', tags: ['a'] });
    const second = await decide(ben, id, { revision: 1, review: 'reject', label: 'dog' });
    const undone = await undo(ben, second.body.reviewId);
    expect(undone.body).toMatchObject({ changed: 1, conflicts: [] });
    expect(await show(id)).toMatchObject({
      review: 'keep',
      label: null,
      tags: ['a'],
      revision: 3,
      reviewedBy: { id: ada.userId },
    });
    await undo(ben, undone.body.reviewId);
    expect(await show(id)).toMatchObject({ review: 'reject', label: 'dog', revision: 4 });
    await undo(ben, second.body.reviewId);
    await undo(ada, first.body.reviewId);
    expect(await show(id)).toMatchObject({ ...UNTOUCHED, revision: 6, reviewedBy: null });
    expect(await countRows('image_tags', 'image_id = $1', [id])).toBe(0);
  });

  it('leaves alone what somebody has decided since', async () => {
    const { id, images } = await newProject();
    const all = await reviewMany(ada, id, {
      change: { review: 'keep' },
      images: images.map((image) => ({ id: image, revision: 0 })),
    });
    await decide(ben, images[1] ?? '', { revision: 1, review: 'reject' });
    const undone = await undo(ada, all.body.reviewId);
    expect(undone.body).toMatchObject({ changed: 2, conflicts: [{ id: images[1], review: 'reject' }] });
    const states = await Promise.all(images.map(async (image) => (await show(image)).review));
    expect(states).toEqual(['undecided', 'reject', 'undecided']);
    // Twice is once.
    expect((await undo(ada, all.body.reviewId)).body).toMatchObject({ changed: 0, reviewId: null });
  });

  it('of 200 actions in any order of kinds leaves all as it was', async () => {
    const { id, images } = await newProject();
    const reviews: (string | null)[] = [];
    const pick = (nth: number) => images[nth % images.length] ?? '';
    for (let nth = 0; nth < 200; nth++) {
      const one = pick(nth * 7);
      const { revision } = await show(one);
      const changes = [
        { review: ['keep', 'reject', 'undecided'][nth % 3] },
        { label: nth % 2 ? 'cat' : null },
        { addTags: [`t${nth % 5}`] },
        { removeTags: [`t${nth % 4}`] },
      ];
      const change = changes[(nth * 5) % 4];
      const seen = { images: [{ id: one, revision }] };
      const which = nth % 10 === 0 ? { filter: {} } : seen;
      reviews.push((await reviewMany(ada, id, { change, ...which })).body.reviewId);
    }
    expect(reviews.filter((review) => review !== null).length).toBeGreaterThan(50);
    for (const review of reviews.reverse()) if (review !== null) await undo(ada, review);
    for (const image of images) expect(stateOf(await show(image))).toEqual(UNTOUCHED);
  });

  it('is for reviewers of that project alone', async () => {
    const [viewer, eve] = [await signUp(), await signUp()];
    await addMember(project, viewer.userId, 'viewer');
    const { body } = await decide(ada, await newImage(), { revision: 0, review: 'keep' });
    expect((await undo(viewer, body.reviewId)).status).toBe(403);
    expect((await undo(eve, body.reviewId)).status).toBe(404);
    expect((await undo(ada, 'rev_00000000000000000000000000')).status).toBe(404);
    expect((await undo(ada, 'nonsense')).status).toBe(400);
  });
});

describe('the images of a project', () => {
  it('are filtered by any facet, page by page, and by several together', async () => {
    const { id, images } = await newProject();
    const [one = '', two = '', three = ''] = images;
    await decide(ada, one, { revision: 0, review: 'keep', label: 'cat', tags: ['x', 'y'] });
    await decide(ada, two, { revision: 0, review: 'keep', tags: ['x'] });
    const list = async (query: string) => {
      const found: string[] = [];
      for (let cursor = ''; ;) {
        const reply = await ada.call<{ data: Shown[]; nextCursor: string | null }>(
          `/v1/projects/${id}/images?limit=1&${query}${cursor}`,
        );
        expect(reply.status).toBe(200);
        found.push(...reply.body.data.map((image) => image.id));
        if (reply.body.nextCursor === null) return found;
        cursor = `&cursor=${reply.body.nextCursor}`;
      }
    };
    expect(await list('review=keep')).toEqual([two, one]);
    expect(await list('review=undecided')).toEqual([three]);
    expect(await list('label=cat')).toEqual([one]);
    expect(await list('tag=X')).toEqual([two, one]);
    expect(await list('tag=x&label=cat&review=keep')).toEqual([one]);
    expect(await list('format=jpeg')).toEqual([three, two, one]);
    expect(await list('format=png')).toEqual([]);
    expect(await list('license=none')).toEqual([three, two, one]);
    expect(await list('size=small')).toEqual([three, two, one]);
    expect(await list('host=nowhere.example')).toEqual([]);
    const facets = await ada.call(`/v1/projects/${id}/facets`);
    expect(facets.body).toEqual({ labels: ['cat'], tags: ['x', 'y'], hosts: [], licenses: ['none'] });
  });

  it.each([
    'review=maybe',
    'size=9',
    'format=bmp',
    'jobId=1',
    'tag=',
    `tag=${'İ'.repeat(21)}`,
    `label=${'x'.repeat(41)}`,
    'host=%00',
    'license=%00',
  ])('are not filtered by %s', async (query) => {
    expect((await ada.call(`/v1/projects/${project}/images?${query}`)).status).toBe(400);
  });

  it.each([{ host: 'a\0' }, { license: '\ud800' }, { tag: 'a\0' }])(
    'are not decided about by the filter %j',
    async (filter) => {
      const reply = await reviewMany(ada, project, { change: { review: 'keep' }, filter });
      expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    },
  );

  it('are found, and rid of a tag, by whatever way it is written', async () => {
    const { id, images } = await newProject();
    const [one = ''] = images;
    const tooLong = await decide(ada, one, { revision: 0, tags: ['İ'.repeat(21)] });
    expect(tooLong.status).toBe(400);
    // The second grows to 40 characters when it is lowered; the others are one tag in three encodings.
    const written = ['ǰ', 'İ'.repeat(20), 'J\u030c', ' j\u030c'];
    const kept = await decide(ada, one, { revision: 0, tags: written });
    expect(kept.body.tags.toSorted()).toEqual(['i̇'.repeat(20), 'ǰ'].toSorted());
    const list = async (tag: string) =>
      (await ada.call<{ data: Shown[] }>(`/v1/projects/${id}/images?tag=${encodeURIComponent(tag)}`)).body
        .data;
    for (const tag of written) expect(await list(tag)).toHaveLength(1);
    const removal = { change: { removeTags: written.slice(1, 3) }, images: [{ id: one, revision: 1 }] };
    expect((await reviewMany(ada, id, removal)).body).toMatchObject({ changed: 1, images: [{ tags: [] }] });
  });
});

describe('the labels of a project', () => {
  it('are set by its editors', async () => {
    const { id } = await newProject();
    const set = async (client: Client, labels: unknown) =>
      await client.call(`/v1/projects/${id}`, { method: 'PATCH', body: { labels } });
    expect((await set(ada, ['Cat', 'Dog'])).body).toMatchObject({ labels: ['Cat', 'Dog'] });
    expect((await set(ben, ['Cat'])).status).toBe(403);
    expect((await set(ada, ['Cat', 'Cat'])).status).toBe(400);
    expect((await set(ada, [])).body).toMatchObject({ labels: [] });
  });
});
