import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Image } from '../../../console/src/api/types.ts';
import { FakeCollection, PROJECT_ID } from '../../helpers/fakes/gallery/collection.ts';

/** Two pages and a bit of what the console asks for at a time. */
const IMAGES = 250;

interface Asked {
  cursor: string | null;
  answer: () => void;
}

let collection: FakeCollection;
/** Requests that are not answered yet, while they are held. */
let asked: Asked[] = [];
let isHeld = false;

async function answerList(url: string): Promise<Response> {
  const query = new URL(url, 'http://service.invalid').searchParams;
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit'));
  const data = structuredClone(collection.images.slice(from, to));
  const nextCursor = to < collection.images.length ? String(to) : null;
  if (isHeld) await new Promise<void>((answer) => asked.push({ cursor: query.get('cursor'), answer }));
  return Response.json({ data, nextCursor });
}

vi.stubGlobal('fetch', answerList);
// The address bar that notes follow.
vi.stubGlobal('location', { pathname: '/', search: '' });
afterAll(() => vi.unstubAllGlobals());
const store = await import('../../../console/src/state/gallery-store.ts');
const { applyRemote, closeReviews } = await import('../../../console/src/review/review-store.ts');
const { stateOf } = await import('../../../console/src/review/image-state.ts');

async function openGallery() {
  const gallery = store.galleryOf(PROJECT_ID);
  do {
    await store.loadMoreImages(gallery);
    expect(gallery.problem.value).toBeNull();
  } while (gallery.nextCursor.value !== null);
  return gallery;
}

/** Reads the list again, and does `between` after its first page has been answered and before its second one is. */
async function rereadWith(between: () => void): Promise<void> {
  isHeld = true;
  const reading = store.rereadImages(PROJECT_ID);
  await vi.waitUntil(() => asked.length === 1);
  asked[0]?.answer();
  await vi.waitUntil(() => asked.length === 2);
  between();
  isHeld = false;
  asked[1]?.answer();
  await reading;
}

const pictures = [{ bytes: Buffer.alloc(0), width: 4, height: 3, averageColor: '#777777' }];

beforeEach(() => {
  collection = new FakeCollection(IMAGES, pictures);
  asked = [];
  isHeld = false;
  store.forgetGalleries();
  closeReviews();
});

describe('a list that is read again', () => {
  it('shows what a teammate decided while its later pages were read', async () => {
    const gallery = await openGallery();
    const [first] = gallery.images.value as [Image, ...Image[]];
    const decided = { ...stateOf(first), review: 'keep' as const, revision: first.revision + 1 };
    await rereadWith(() => applyRemote(PROJECT_ID, [decided]));
    expect(gallery.images.value).toHaveLength(IMAGES);
    expect(gallery.images.value[0]).toMatchObject(decided);
  });

  it('keeps what came into it meanwhile, and drops what is gone', async () => {
    const gallery = await openGallery();
    const [newest, second] = gallery.images.value as [Image, Image, ...Image[]];
    store.dropImages(PROJECT_ID, [newest.id]);
    collection.delete([newest.id, second.id]);
    await rereadWith(() => store.putBackImages(PROJECT_ID, [newest]));
    expect(gallery.images.value).toHaveLength(IMAGES - 1);
    expect(gallery.images.value[0]?.id).toBe(newest.id);
    expect(store.placeIn(gallery, second.id)).toBe(-1);
  });
});
