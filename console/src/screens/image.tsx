import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing } from '../api/problem.ts';
import type { Image } from '../api/types.ts';
import { Button, IconButton } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { FilmStrip } from '../components/film-strip.tsx';
import { Sheet } from '../components/sheet.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { nameOfSource } from '../components/tile.tsx';
import { filterSearch, readFilter } from '../gallery/filter.ts';
import { pathTo } from '../routing/match.ts';
import { navigate, place } from '../routing/navigation.ts';
import { dropImage, galleryOf, loadMoreImages, placeIn } from '../state/gallery-store.ts';
import { currentProject, refreshProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { useResource } from '../state/use-resource.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { ImageActions, ImageFacts } from './image-facts.tsx';
import { ImageWell } from './image-well.tsx';
import { Missing } from './not-found.tsx';
import './screens.css';
import './image.css';

const STRIP_REACH = 12;
const LOAD_AHEAD = 20;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog, [role=menu]') !== null;
}

/** One image, its facts and its neighbours. The gallery already holds most of it, so stepping is instant. */
export function ImageScreen({ projectId, imageId }: { projectId: string; imageId: string }) {
  const store = galleryOf(projectId, readFilter(place.value.search));
  const search = filterSearch(store.filter);
  const images = store.images.value;
  const index = placeIn(store, imageId);
  const known = images[index] ?? null;
  // Read again even when known: the signed address in the list may have expired.
  const resource = useResource(imageId, (signal) => api.image(imageId, signal));
  const image = resource.data?.id === imageId ? resource.data : known;
  useTitle(image ? nameOfSource(image.source.url) : t.image.title);

  const [isPanelOpen, setPanelOpen] = useState(true);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [isDeleting, setDeleting] = useState(false);

  const step = (neighbour: Image | undefined) =>
    neighbour ? () => navigate(pathTo.image(projectId, neighbour.id) + search, { replace: true }) : null;
  const previous = index < 0 ? null : step(images[index - 1]);
  const next = index < 0 ? null : step(images[index + 1]);

  useEffect(() => {
    store.lastViewedId = imageId;
    if (!store.isLoaded.value || index + LOAD_AHEAD > images.length) void loadMoreImages(store);
  }, [imageId]);

  // Not after the paint: a second quick press would still step from the image before.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === 'ArrowLeft') previous?.();
      else if (event.key === 'ArrowRight') next?.();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  });

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

  const remove = async () => {
    await api.deleteImage(imageId);
    const after = images[index + 1] ?? images[index - 1];
    dropImage(store, imageId);
    void refreshProject(projectId);
    setDeleting(false);
    const path = after ? pathTo.image(projectId, after.id) : pathTo.images(projectId);
    navigate(path + search, { replace: true });
    showToast(t.image.deleted);
  };
  const role = currentProject.value?.project?.role;
  const actions = (
    <ImageActions
      image={image}
      canDelete={role === 'owner' || role === 'editor'}
      onDelete={() => setDeleting(true)}
    />
  );
  const strip = images.slice(Math.max(0, index - STRIP_REACH), index + STRIP_REACH + 1);

  return (
    <div class={isPanelOpen ? 'viewer viewer-open' : 'viewer'}>
      <h1 class="visually-hidden">{nameOfSource(image.source.url)}</h1>
      <div class="well">
        <ImageWell image={image} previous={previous} next={next} />
        {!isPanelOpen && (
          <div class="well-details">
            <IconButton icon="panel" label={t.image.showDetails} onClick={() => setPanelOpen(true)} />
          </div>
        )}
      </div>
      <div>
        {index >= 0 && <FilmStrip label={t.image.strip} images={strip} currentId={imageId} search={search} />}
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
          <ImageFacts image={image} />
          <div class="row">{actions}</div>
        </aside>
      )}
      {isSheetOpen && (
        <Sheet title={t.image.details} onClose={() => setSheetOpen(false)}>
          <ImageFacts image={image} />
        </Sheet>
      )}
      {isDeleting && (
        <ConfirmDialog
          title={t.image.deleteTitle}
          body={t.image.deleteBody}
          confirm={t.image.deleteSubmit}
          onClose={() => setDeleting(false)}
          onConfirm={remove}
        />
      )}
    </div>
  );
}
