import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing } from '../api/problem.ts';
import type { Image } from '../api/types.ts';
import { Button, IconButton } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FilmStrip } from '../components/film-strip.tsx';
import { Sheet } from '../components/sheet.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { nameOfSource } from '../components/tile.tsx';
import { filterSearch, readFilter } from '../gallery/filter.ts';
import { ringOf } from '../live/people.ts';
import { DecisionBar, MoveOnSwitch } from '../review/decision-bar.tsx';
import { moveToBin } from '../review/move-to-bin.ts';
import { ReviewPanel } from '../review/review-panel.tsx';
import { withNewestState } from '../review/review-store.ts';
import { usePreload } from '../review/use-preload.ts';
import { useReview } from '../review/use-review.ts';
import { overlay } from '../layout/overlays.ts';
import { pathTo } from '../routing/match.ts';
import { navigate, place } from '../routing/navigation.ts';
import { galleryOf, loadMoreImages, placeIn } from '../state/gallery-store.ts';
import { canEditProject, canReviewProject, currentProject } from '../state/project.ts';
import { listTotal } from '../state/list-total.ts';
import { useResource } from '../state/use-resource.ts';
import { useRetryOnReturn } from '../state/use-retry-on-return.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { ImageActions, ImageFacts } from './image-facts.tsx';
import { ImageWell } from './image-well.tsx';
import { Missing } from './not-found.tsx';
import './screens.css';
import './image.css';

const STRIP_REACH = 12;
/** A whole page, so that a quick hand does not come to its end before the next one is there. */
const LOAD_AHEAD = 120;
const PRELOADED = 2;
/** Who goes through images in a hurry does not stay this long, and needs no fresh address. */
const REREAD_AFTER_MS = 300;

const nameOf = (image: Image) => nameOfSource(image.source.url);

/** Reads an image; one that a list has brought already, only when the reader stays with it. */
async function readImage(imageId: string, isKnown: boolean, signal: AbortSignal): Promise<Image> {
  if (isKnown) await new Promise((resolve) => setTimeout(resolve, REREAD_AFTER_MS));
  signal.throwIfAborted();
  return await api.image(imageId, signal);
}

/** Goes to another image of the same project, and leaves the focus on the button that led there. */
function showImage(image: Image): void {
  const focused = document.activeElement;
  // The list that it is gone through stays the same.
  navigate(pathTo.image(image.projectId, image.id) + place.value.search, { replace: true });
  requestAnimationFrame(() => {
    if (focused instanceof HTMLButtonElement && focused.isConnected) focused.focus({ preventScroll: true });
  });
}

/** One image to decide about, its facts and its neighbours. The gallery holds most of it, so stepping is instant. */
export function ImageScreen({ projectId, imageId }: { projectId: string; imageId: string }) {
  const store = galleryOf(projectId, readFilter(place.value.search));
  const search = filterSearch(store.filter);
  const images = store.images.value;
  const index = placeIn(store, imageId);
  const known = images[index] ?? null;
  // Read again even when known: the signed address in the list may have expired.
  const resource = useResource(imageId, (signal) => readImage(imageId, known !== null, signal));
  const read = resource.data?.id === imageId ? resource.data : known;
  const image = read && withNewestState(read);
  useTitle(image ? nameOf(image) : t.image.title);

  const [isPanelOpen, setPanelOpen] = useState(true);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const tagsInput = useRef<HTMLInputElement | null>(null);
  const sheetTagsInput = useRef<HTMLInputElement | null>(null);
  const labels = currentProject.value?.project?.labels ?? [];

  const review = useReview({
    image,
    images,
    index,
    labels,
    canDecide: canReviewProject.value,
    hasMore: (!store.isLoaded.value || store.nextCursor.value !== null) && store.problem.value === null,
    goTo: showImage,
    nameOf,
    onTags: () => {
      setPanelOpen(true);
      requestAnimationFrame(() => tagsInput.current?.focus());
    },
    onLeave: () => navigate(pathTo.images(projectId) + search),
  });
  const step = (neighbour: Image | undefined) => (neighbour ? () => showImage(neighbour) : null);
  const ahead = index < 0 ? [] : images.slice(index + 1, index + 1 + PRELOADED);
  usePreload(
    ahead.map(({ url }) => url),
    image?.url ?? null,
  );

  useEffect(() => {
    store.lastViewedId = imageId;
    if (!store.isLoaded.value || index + LOAD_AHEAD > images.length) void loadMoreImages(store);
  }, [imageId]);
  useRetryOnReturn(store.problem.value, () => void loadMoreImages(store));

  if (isMissing(resource.problem)) {
    const { image: title, unshared, backToImages } = t.notFound;
    return (
      <Missing title={title} body={unshared} action={backToImages} href={pathTo.images(projectId) + search} />
    );
  }
  if (!image) {
    return (
      <div class="page">
        <h1>{t.image.title}</h1>
        {resource.problem ? (
          <ErrorState problem={resource.problem} onRetry={resource.reload} />
        ) : (
          <Skeleton />
        )}
      </div>
    );
  }

  const remove = () => {
    const after = images[index + 1] ?? images[index - 1];
    navigate((after ? pathTo.image(projectId, after.id) : pathTo.images(projectId)) + search, {
      replace: true,
    });
    void moveToBin(projectId, [image]);
  };
  const actions = <ImageActions image={image} canDelete={canEditProject.value} onDelete={remove} />;
  const total = listTotal(store);
  const standing = index < 0 ? null : t.review.place(index + 1, total.count, total.isAtLeast);
  const strip = images.slice(Math.max(0, index - STRIP_REACH), index + STRIP_REACH + 1);
  const panel = { image, labels, canDecide: canReviewProject.value, onChange: review.change };

  return (
    <div class={isPanelOpen ? 'viewer viewer-open' : 'viewer'}>
      <h1 class="visually-hidden">{nameOf(image)}</h1>
      <p class="visually-hidden" role="status">
        {review.announcement}
      </p>
      <div class="well">
        <ImageWell
          image={image}
          previous={index < 0 ? null : step(images[index - 1])}
          next={index < 0 ? null : step(images[index + 1])}
        />
        {!isPanelOpen && (
          <div class="well-details">
            <IconButton icon="panel" label={t.image.showDetails} onClick={() => setPanelOpen(true)} />
          </div>
        )}
      </div>
      <div class="viewer-foot">
        {canReviewProject.value && (
          <DecisionBar
            review={image.review}
            place={standing}
            onDecide={review.decide}
            onUndo={review.undo}
            onRedo={review.redo}
            onHelp={() => (overlay.value = 'keys')}
          />
        )}
        {!canReviewProject.value && standing !== null && (
          <p class="viewer-place muted" data-testid="review-place">
            {standing}
          </p>
        )}
        {index >= 0 && (
          <FilmStrip
            label={t.image.strip}
            images={strip}
            currentId={imageId}
            ringOf={ringOf}
            search={search}
          />
        )}
        <div class="viewer-bar">
          <Button icon="panel" onClick={() => setSheetOpen(true)} testId="image-details">
            {t.image.details}
          </Button>
          {actions}
        </div>
      </div>
      {isPanelOpen && (
        <aside class="inspector" aria-label={t.image.details}>
          <div class="inspector-head">
            <h2>{t.image.details}</h2>
            <IconButton icon="close" label={t.image.hideDetails} onClick={() => setPanelOpen(false)} />
          </div>
          <ReviewPanel {...panel} tagsInput={tagsInput} />
          <ImageFacts image={image} />
          <div class="row">{actions}</div>
        </aside>
      )}
      {isSheetOpen && (
        <Sheet title={t.image.details} onClose={() => setSheetOpen(false)}>
          {/* Not the box for tags: it would call up the keyboard of the screen. */}
          <div tabIndex={-1} data-autofocus>
            <ReviewPanel {...panel} tagsInput={sheetTagsInput} />
          </div>
          {canReviewProject.value && <MoveOnSwitch />}
          <ImageFacts image={image} />
        </Sheet>
      )}
    </div>
  );
}
