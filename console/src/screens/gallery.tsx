import { useEffect } from 'preact/hooks';
import type { ImageFilter } from '../api/types.ts';
import { explainProblem } from '../api/explain-problem.ts';
import { problemOf } from '../api/problem.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Delayed } from '../components/skeleton.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { BulkBar } from '../gallery/bulk-bar.tsx';
import { spoken } from '../gallery/bulk.ts';
import { FilterBar, FilterButton } from '../gallery/filter-bar.tsx';
import { filterSearch, isFiltered, readFilter } from '../gallery/filter.ts';
import { Gallery } from '../gallery/gallery.tsx';
import { GallerySkeleton } from '../gallery/gallery-skeleton.tsx';
import { endSelecting, isSelectMode } from '../gallery/select-mode.ts';
import { useFilterSources } from '../gallery/use-filter-sources.ts';
import { useGalleryKeys } from '../gallery/use-gallery-keys.ts';
import { onMatchingDecided } from '../review/review-store.ts';
import { pathTo } from '../routing/match.ts';
import { place, pushSearch } from '../routing/navigation.ts';
import { config, loadConfig } from '../state/config.ts';
import { galleryOf, loadMoreImages, reloadImages, takeFresh } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { knownTotal, listTotal } from '../state/list-total.ts';
import { canEditProject, canReviewProject, currentProject } from '../state/project.ts';
import { ROW_HEIGHTS, chooseRowHeight, rowHeight } from '../state/row-height.ts';
import { showToast } from '../state/toasts.ts';
import { useLiveGallery } from '../state/use-live-gallery.ts';
import { useRetryOnReturn } from '../state/use-retry-on-return.ts';
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
  if (currentProject.value?.project && !canEditProject.value)
    return <EmptyState text={t.gallery.emptyToRead} />;
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

/** How many images there are, as far as that is known, and how many of those shown have left the filter. */
function ImageCount({ store }: { store: GalleryStore }) {
  const { count, isAtLeast } = listTotal(store);
  const left = store.leftCount.value;
  return (
    <>
      <span class="muted" data-testid="image-count">
        {t.gallery.count(count, isAtLeast)}
      </span>
      {left > 0 && (
        <Button
          variant="quiet"
          icon="running"
          testId="left-note"
          onClick={() => {
            reloadImages(store).catch((error: unknown) => {
              showToast(explainProblem(problemOf(error)).title, { kind: 'error' });
            });
          }}
        >
          {t.gallery.left(left)}
        </Button>
      )}
    </>
  );
}

/** Starts to select, and ends it. */
function SelectButton({ store }: { store: GalleryStore }) {
  const isOn = isSelectMode.value;
  return (
    <Button
      isPressed={isOn}
      testId="select-start"
      onClick={() => {
        if (isOn) endSelecting(store);
        else isSelectMode.value = true;
      }}
    >
      {t.select.start}
    </Button>
  );
}

function applyFilter(projectId: string, filter: ImageFilter): void {
  // The focus stays on the filter; it goes to an image only on the way back from one.
  galleryOf(projectId, filter).lastViewedId = null;
  pushSearch(filterSearch(filter));
}

/** The images of a project that match the filter in the address, newest first. */
export function GalleryScreen({ projectId }: { projectId: string }) {
  useTitle(t.gallery.title);
  const filter = readFilter(place.value.search);
  const store = galleryOf(projectId, filter);
  const running = useLiveGallery(store);
  const sources = useFilterSources(projectId);
  const canSelect = canReviewProject.value;
  useGalleryKeys(store, canSelect);
  const images = store.images.value;
  const isEmpty = store.isLoaded.value && images.length === 0;
  const hasFilters = isFiltered(filter) || !isEmpty;
  const filtering = {
    filter,
    sources,
    onFilter: (next: ImageFilter) => applyFilter(projectId, next),
  };

  useEffect(
    () =>
      onMatchingDecided((decided) => {
        if (decided === projectId) void reloadImages(store).catch(() => undefined);
      }),
    [store],
  );

  // Who comes back to the gallery comes to look.
  useEffect(() => () => void (isSelectMode.value = false), []);

  useEffect(() => {
    void loadConfig();
    if (!store.isLoaded.value) void loadMoreImages(store);
  }, [store]);
  useRetryOnReturn(store.problem.value, () => void loadMoreImages(store));

  return (
    <div>
      <div class="gallery-tools">
        <div class="row">
          <h1>{t.gallery.title}</h1>
          {!isEmpty && store.isLoaded.value && <ImageCount store={store} />}
          {running && (
            <a class="live-note table-link" href={pathTo.import(projectId, running.id)}>
              <span class="live-dot" />
              {t.gallery.running}
            </a>
          )}
        </div>
        <div class="row">
          {hasFilters && <FilterButton {...filtering} matching={knownTotal(store)} />}
          {canSelect && images.length > 0 && <SelectButton store={store} />}
          <ButtonLink href={pathTo.bin(projectId)} variant="quiet" icon="trash" testId="bin-open">
            <span class="tool-word">{t.bin.title}</span>
          </ButtonLink>
          {images.length > 0 && <HeightSlider />}
        </div>
      </div>
      {hasFilters && <FilterBar {...filtering} />}
      <FreshPill store={store} />
      <p class="visually-hidden" role="status">
        {spoken.value}
      </p>
      {isEmpty && isFiltered(filter) && (
        <EmptyState text={t.gallery.noMatch}>
          <Button testId="empty-clear" onClick={() => filtering.onFilter({})}>
            {t.filter.clear}
          </Button>
        </EmptyState>
      )}
      {isEmpty && !isFiltered(filter) && (
        <EmptyGallery projectId={projectId} runningJobId={running?.id ?? null} />
      )}
      {images.length > 0 && (
        <Gallery
          key={store.key}
          label={t.gallery.title}
          store={store}
          rowHeight={rowHeight.value}
          canSelect={canSelect}
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
      <BulkBar store={store} sources={sources} />
    </div>
  );
}
