import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Image } from '../../../console/src/api/types.ts';
import { PROJECT_ID } from '../../helpers/fakes/gallery/collection.ts';
import { HeldService } from './held-service.ts';

/** Two pages and a bit of what the console asks for at a time. */
const IMAGES = 250;

let service: HeldService;

vi.stubGlobal('fetch', async (url: string) => await service.fetch(url));
// The address bar that notes follow.
vi.stubGlobal('location', { pathname: '/', search: '' });
afterAll(() => vi.unstubAllGlobals());
const store = await import('../../../console/src/state/gallery-store.ts');
const { applyRemote, closeReviews } = await import('../../../console/src/review/review-store.ts');
const { stateOf } = await import('../../../console/src/review/image-state.ts');

beforeEach(() => {
  service = new HeldService(IMAGES);
  store.forgetGalleries();
  closeReviews();
});

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
  service.hold();
  const reading = store.rereadImages(PROJECT_ID);
  await service.release(0);
  await service.untilAsked(2);
  between();
  service.holdNoMore();
  await service.release(1);
  await reading;
}

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
    service.collection.delete([newest.id, second.id]);
    await rereadWith(() => store.putBackImages(PROJECT_ID, [newest]));
    expect(gallery.images.value).toHaveLength(IMAGES - 1);
    expect(gallery.images.value[0]?.id).toBe(newest.id);
    expect(store.placeIn(gallery, second.id)).toBe(-1);
  });
});

describe('a reading that was overtaken', () => {
  it('takes nothing back of what a later one brought', async () => {
    const gallery = await openGallery();
    service.hold();
    const older = store.rereadImages(PROJECT_ID);
    await service.untilAsked(1);
    const [first] = service.collection.images as [Image, ...Image[]];
    service.collection.review({ label: 'plant', addTags: ['late'] }, [{ id: first.id }]);
    const newer = store.rereadImages(PROJECT_ID);
    await service.untilAsked(2);
    service.holdNoMore();
    await service.release(1);
    await newer;
    await service.release(0);
    await older;
    expect(gallery.images.value[0]).toMatchObject({ id: first.id, label: 'plant', revision: first.revision });
  });

  it('hides none of the images that have arrived since', async () => {
    const gallery = await openGallery();
    const [first] = service.collection.images as [Image, ...Image[]];
    const [newest, newer] = ['img_z2', 'img_z1'].map((id) => ({ ...first, id })) as [Image, Image];
    const { signal } = new AbortController();
    service.hold();
    service.collection.images.unshift(newer);
    const earlier = store.checkFreshImages(gallery, signal);
    await service.untilAsked(1);
    service.collection.images.unshift(newest);
    const later = store.checkFreshImages(gallery, signal);
    await service.release(1);
    await later;
    await service.release(0);
    await earlier;
    expect(gallery.fresh.value?.images.map(({ id }) => id)).toEqual([newest.id, newer.id]);
  });
});

describe('a page that is read', () => {
  it('does not bring back what went to the bin meanwhile, but what came back from there', async () => {
    const gallery = store.galleryOf(PROJECT_ID);
    const [first, second] = service.collection.images as [Image, Image, ...Image[]];
    service.hold();
    const loading = store.loadMoreImages(gallery);
    await service.untilAsked(1);
    store.dropImages(PROJECT_ID, [first.id, second.id]);
    store.putBackImages(PROJECT_ID, [second]);
    await service.release(0);
    await loading;
    expect(store.placeIn(gallery, first.id)).toBe(-1);
    expect(store.placeIn(gallery, second.id)).toBe(0);
  });
});
