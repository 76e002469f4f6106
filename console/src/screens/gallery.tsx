import { useEffect } from 'preact/hooks';
import { Button, ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Delayed } from '../components/skeleton.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { Gallery } from '../gallery/gallery.tsx';
import { GallerySkeleton } from '../gallery/gallery-skeleton.tsx';
import { pathTo } from '../routing/match.ts';
import { place } from '../routing/navigation.ts';
import { config, loadConfig } from '../state/config.ts';
import { galleryOf, loadMoreImages, takeFresh } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { currentProject } from '../state/project.ts';
import { ROW_HEIGHTS, chooseRowHeight, rowHeight } from '../state/row-height.ts';
import { useLiveGallery } from '../state/use-live-gallery.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import './screens.css';

function HeightSlider() {
  const step = ROW_HEIGHTS.indexOf(rowHeight.value);
  return (
    <label class="height-slider">
      <span class="small">{t.gallery.height}</span>
      <input
        type="range"
        min={0}
        max={ROW_HEIGHTS.length - 1}
        step={1}
        value={step}
        aria-valuetext={t.gallery.heightText(rowHeight.value)}
        onInput={(event) => chooseRowHeight(ROW_HEIGHTS[event.currentTarget.valueAsNumber] ?? 160)}
      />
    </label>
  );
}

function EmptyGallery({ projectId, runningJobId }: { projectId: string; runningJobId: string | null }) {
  if (runningJobId !== null) {
    return (
      <EmptyState text={t.gallery.emptyRunning}>
        <ButtonLink href={pathTo.import(projectId, runningJobId)}>{t.gallery.watchImport}</ButtonLink>
      </EmptyState>
    );
  }
  return (
    <EmptyState text={t.gallery.empty}>
      <ButtonLink href={pathTo.newImport(projectId)} variant="primary" testId="empty-import">
        {t.gallery.emptyAction}
      </ButtonLink>
      {config.value?.sampleSiteUrl && (
        <ButtonLink href={`${pathTo.newImport(projectId)}?sample=1`} variant="quiet">
          {t.gallery.sampleLink}
        </ButtonLink>
      )}
    </EmptyState>
  );
}

function FreshPill({ store }: { store: GalleryStore }) {
  const fresh = store.fresh.value;
  if (!fresh || fresh.images.length === 0) return null;
  return (
    <div class="fresh-pill">
      <Button
        icon="arrowUp"
        testId="fresh-pill"
        onClick={() => {
          takeFresh(store);
          window.scrollTo(0, 0);
        }}
      >
        {t.gallery.fresh(fresh.images.length, fresh.hasGap)}
        <span class="visually-hidden">, {t.gallery.freshLabel}</span>
      </Button>
    </div>
  );
}

/** All images of a project, newest first. */
export function GalleryScreen({ projectId }: { projectId: string }) {
  useTitle(t.gallery.title);
  const store = galleryOf(projectId);
  const running = useLiveGallery(store);
  const images = store.images.value;
  const isEmpty = store.isLoaded.value && images.length === 0;
  const imageCount = currentProject.value?.project?.imageCount ?? images.length;

  useEffect(() => {
    void loadConfig();
    if (!store.isLoaded.value) void loadMoreImages(store);
  }, [store]);

  return (
    <div>
      <div class="gallery-tools">
        <div class="row">
          <h1>{t.gallery.title}</h1>
          {!isEmpty && store.isLoaded.value && (
            <span class="muted" data-testid="image-count">
              {t.gallery.count(Math.max(imageCount, images.length))}
            </span>
          )}
          {running && (
            <a class="live-note table-link" href={pathTo.import(projectId, running.id)}>
              <span class="live-dot" />
              {t.gallery.running}
            </a>
          )}
        </div>
        {images.length > 0 && <HeightSlider />}
      </div>
      <FreshPill store={store} />
      {isEmpty && <EmptyGallery projectId={projectId} runningJobId={running?.id ?? null} />}
      {images.length > 0 && (
        <Gallery
          label={t.gallery.title}
          images={images}
          rowHeight={rowHeight.value}
          onNearEnd={() => void loadMoreImages(store)}
          revealId={store.lastViewedId}
          restoreY={place.value.scrollY}
        />
      )}
      {!store.isLoaded.value && store.isLoading.value && <GallerySkeleton rowHeight={rowHeight.value} />}
      {store.isLoaded.value && store.isLoading.value && (
        <Delayed>
          <ProgressLine label={t.loading} value={null} />
        </Delayed>
      )}
      {store.problem.value && (
        <ErrorState problem={store.problem.value} onRetry={() => void loadMoreImages(store)} />
      )}
    </div>
  );
}
