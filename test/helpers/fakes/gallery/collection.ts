import type { Image, ImageFilter, Reviewed, ReviewChange } from '../../../../console/src/api/types.ts';
import { type ImageState, stateOf } from '../../../../console/src/review/image-state.ts';
import type { Picture } from './pictures.ts';

export const PROJECT_ID = 'prj_1';
const USER = { id: 'usr_1', name: 'Ada Lovelace' };
const HOSTS = ['archive.example', 'garden.example', 'harbour.example', 'museum.example'];
const LICENSES = ['cc0', 'cc-by', null, 'cc-by-sa'];
const LABELS = ['animal', 'building', 'plant', 'vehicle'];
const TAGS = ['morning', 'sea', 'sharp', 'winter'];
const REVIEWS = ['undecided', 'keep', 'undecided', 'reject', 'undecided'] as const;
const FORMATS = ['jpeg', 'png', 'webp'] as const;

interface Undo {
  reviewId: string;
  /** The images as they were, the review that stood then, and the one that stands since. */
  before: { state: ImageState; stood: string | null; stands: string | null }[];
}

/** The images of one project in memory: lists, decisions and a bin, with the rules of the API. */
export class FakeCollection {
  images: Image[];
  bin: Image[] = [];
  labels: string[] = LABELS;
  /** What the reader is in the project. */
  role: 'owner' | 'editor' | 'reviewer' | 'viewer' = 'owner';
  private readonly undos = new Map<string, Undo>();
  /** The review of each image whose outcome stands. */
  private readonly standing = new Map<string, string | null>();

  constructor(count: number, pictures: readonly Picture[]) {
    this.images = Array.from({ length: count }, (_, number) => makeImage(number, count, pictures));
  }

  list(filter: ImageFilter): Image[] {
    return this.images.filter((image) => matches(image, filter));
  }

  review(change: ReviewChange, chosen: { id: string; revision?: number }[]): Reviewed {
    const conflicts: ImageState[] = [];
    const images: ImageState[] = [];
    const before: Undo['before'] = [];
    const reviewId = `rev_${this.undos.size + 1}`;
    const known = new Map(this.images.map((image) => [image.id, image]));
    for (const { id, revision } of chosen) {
      const image = known.get(id);
      if (!image) continue;
      const state = stateOf(image);
      if (revision !== undefined && revision !== image.revision) conflicts.push(state);
      else {
        if (applyChange(image, change))
          before.push({ state, stood: this.standing.get(id) ?? null, stands: reviewId });
        images.push(stateOf(image));
      }
    }
    return { ...this.note(reviewId, before), images, conflicts };
  }

  undo(undone: string): Reviewed {
    const known = new Map(this.images.map((image) => [image.id, image]));
    const images: ImageState[] = [];
    const conflicts: ImageState[] = [];
    const before: Undo['before'] = [];
    for (const { state, stood, stands } of this.undos.get(undone)?.before ?? []) {
      const image = known.get(state.id);
      if (!image) continue;
      if ((this.standing.get(image.id) ?? null) !== stands) {
        conflicts.push(stateOf(image));
        continue;
      }
      before.push({ state: stateOf(image), stood: stands, stands: stood });
      Object.assign(image, state, { revision: image.revision + 1 });
      images.push(stateOf(image));
    }
    return { ...this.note(`rev_${this.undos.size + 1}`, before), images, conflicts };
  }

  delete(ids: readonly string[]): { changed: number } {
    const gone = new Set(ids);
    const moved = this.images.filter(({ id }) => gone.has(id));
    const deletedAt = new Date().toISOString();
    this.bin.unshift(...moved.map((image) => ({ ...image, deletedAt })));
    this.images = this.images.filter(({ id }) => !gone.has(id));
    return { changed: moved.length };
  }

  restore(ids: readonly string[]): { changed: number; conflicts: string[] } {
    const back = new Set(ids);
    const restored = this.bin.filter(({ id }) => back.has(id));
    this.bin = this.bin.filter(({ id }) => !back.has(id));
    this.images = [...this.images, ...restored.map((image) => ({ ...image, deletedAt: null }))].sort(
      (one, other) => (one.id < other.id ? 1 : -1),
    );
    return { changed: restored.length, conflicts: [] };
  }

  facets() {
    const licenses = [...new Set(LICENSES.filter((license) => license !== null))];
    const tags = [...new Set(this.images.flatMap((image) => image.tags))].toSorted();
    return { labels: LABELS, tags, hosts: HOSTS, licenses };
  }

  private note(reviewId: string, before: Undo['before']) {
    const changed = before.length;
    if (changed === 0) return { reviewId: null, changed, isComplete: true };
    this.undos.set(reviewId, { reviewId, before });
    for (const { state, stands } of before) this.standing.set(state.id, stands);
    return { reviewId, changed, isComplete: true };
  }
}

function applyChange(image: Image, change: ReviewChange): boolean {
  const old = stateOf(image);
  const tags = new Set([...image.tags, ...(change.addTags ?? [])]);
  for (const tag of change.removeTags ?? []) tags.delete(tag);
  const next = {
    review: change.review ?? image.review,
    label: change.label === undefined ? image.label : change.label,
    tags: [...tags].toSorted(),
    revision: image.revision + 1,
  };
  if (JSON.stringify({ ...old, ...next, revision: old.revision }) === JSON.stringify(old)) return false;
  Object.assign(image, next, { reviewedBy: USER, reviewedAt: new Date().toISOString() });
  return true;
}

function matches(image: Image, filter: ImageFilter): boolean {
  const side = Math.max(image.width, image.height);
  const size = side < 640 ? 'small' : side < 1920 ? 'medium' : 'large';
  return (
    (filter.review ?? image.review) === image.review &&
    (filter.label ?? image.label) === image.label &&
    (filter.tag === undefined || image.tags.includes(filter.tag)) &&
    (filter.jobId ?? image.jobId) === image.jobId &&
    (filter.host ?? image.host) === image.host &&
    (filter.size ?? size) === size &&
    (filter.format === undefined || image.mime === `image/${filter.format}`) &&
    (filter.license ?? image.license ?? 'none') === (image.license ?? 'none')
  );
}

/** Newest first: the higher the number of an image, the lower its id. */
function makeImage(number: number, count: number, pictures: readonly Picture[]): Image {
  const picture = pictures[number % pictures.length];
  if (!picture) throw new Error('a collection needs pictures');
  const host = HOSTS[number % HOSTS.length] ?? '';
  const id = `img_${String(count - number).padStart(9, '0')}`;
  const scale = [1, 4, 7][number % 3] ?? 1;
  const url = `https://${host}/photos/frame-${number + 1}.jpg`;
  const at = new Date(Date.now() - number * 1000).toISOString();
  return {
    id,
    projectId: PROJECT_ID,
    jobId: number % 2 === 0 ? 'job_1' : 'job_2',
    sha256: number.toString(16).padStart(64, '0'),
    mime: `image/${FORMATS[number % FORMATS.length] ?? 'jpeg'}`,
    bytes: 240_000 + number,
    width: picture.width * scale,
    height: picture.height * scale,
    averageColor: picture.averageColor,
    url: `/media/${number}/original`,
    thumbnail: { url: `/media/${number}/thumbnail`, width: picture.width, height: picture.height },
    source: { url, finalUrl: url, fetchedAt: at },
    host,
    license: LICENSES[number % LICENSES.length] ?? null,
    review: REVIEWS[number % REVIEWS.length] ?? 'undecided',
    label: number % 3 === 0 ? (LABELS[number % LABELS.length] ?? null) : null,
    tags: number % 4 === 0 ? [TAGS[(number / 4) % TAGS.length] ?? 'sea'] : [],
    revision: 0,
    reviewedBy: null,
    reviewedAt: null,
    createdAt: at,
    deletedAt: null,
  };
}
