import { useEffect, useState } from 'preact/hooks';
import type { ReviewChange } from '../api/types.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { Menu } from '../components/menu.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { DECISION_KEYS } from '../review/review-keys.ts';
import { REVIEW_ICONS, REVIEWS } from '../review/review-looks.ts';
import { placeIn } from '../state/gallery-store.ts';
import type { GalleryStore } from '../state/gallery-store.ts';
import { knownTotal } from '../state/list-total.ts';
import { canEditProject } from '../state/project.ts';
import { t } from '../strings.ts';
import { LabelDialog, TagDialog } from './bulk-dialogs.tsx';
import { binImages, bulkProgress, reviewImages, targetOf } from './bulk.ts';
import type { FilterSources } from './filter-choices.ts';
import { endSelecting, isSelectMode, isSelecting } from './select-mode.ts';
import { isEmpty, selectAll } from './selection.ts';
import './bulk-bar.css';

type Asked = 'label' | 'addTag' | 'removeTag';

function Count({ store }: { store: GalleryStore }) {
  const { ids, isAll } = store.selection.value;
  const loaded = store.images.value.length;
  const total = knownTotal(store);
  if (isAll) {
    return (
      <p class="bulk-count" data-testid="bulk-count">
        <strong>{total === null ? t.select.all : t.select.allCount(total)}</strong>
      </p>
    );
  }
  // Also when further pages have come since all that were loaded were selected.
  const hasMore = ids.size > 0 && (store.nextCursor.value !== null || ids.size < loaded);
  return (
    <p class="bulk-count" data-testid="bulk-count">
      <strong>{t.select.count(ids.size)}</strong>
      {ids.size === 0 && <span class="muted">· {t.select.hint}</span>}
      {hasMore && (
        <Button
          variant="quiet"
          testId="select-matching"
          onClick={() => {
            const images = store.images.value;
            store.selection.value = selectAll({ images, placeOf: (id) => placeIn(store, id) });
          }}
        >
          {total === null ? t.select.matching : t.select.matchingCount(total)}
        </Button>
      )}
    </p>
  );
}

function Progress() {
  const progress = bulkProgress.value;
  if (!progress) return null;
  const { done, total } = progress;
  return (
    <div class="bulk-progress">
      <ProgressLine label={t.bulk.progress} value={total === null ? null : done / total} />
      <span class="small muted">{t.bulk.done(done, total)}</span>
    </div>
  );
}

/** What can be done with the selected images; nothing while none is and none is to be. */
export function BulkBar({ store, sources }: { store: GalleryStore; sources: FilterSources }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const isShown = isSelecting(store);
  useEffect(() => {
    // What was done may have emptied the selection under the focus; the keyboard goes on from the content.
    if (!isShown && document.activeElement === document.body)
      document.querySelector('main')?.focus({ preventScroll: true });
  }, [isShown]);
  if (!isShown) return null;

  const isOff = bulkProgress.value !== null || isEmpty(store.selection.value);
  const review = (change: ReviewChange) => {
    const target = targetOf(store, null);
    if (target) reviewImages(store, target, change);
    setAsked(null);
  };
  const bin = () => {
    const target = targetOf(store, null);
    if (target) binImages(store, target);
  };
  const rest = [
    { label: t.bulk.label, onSelect: () => setAsked('label') },
    { label: t.bulk.addTag, onSelect: () => setAsked('addTag') },
    { label: t.bulk.removeTag, onSelect: () => setAsked('removeTag') },
  ];
  return (
    <section class="bulk-bar" aria-label={t.select.bar} data-testid="bulk-bar">
      <Progress />
      <Count store={store} />
      <div class="bulk-actions">
        {REVIEWS.map((decision) => (
          <Button
            key={decision}
            icon={REVIEW_ICONS[decision]}
            isDisabled={isOff}
            testId={`bulk-${decision}`}
            onClick={() => review({ review: decision })}
          >
            {t.filter.review[decision]}
            <span class="bulk-wide" aria-hidden="true">
              <KeyCap name={DECISION_KEYS[decision]} />
            </span>
          </Button>
        ))}
        <span class="bulk-wide">
          {rest.map(({ label, onSelect }) => (
            <Button key={label} variant="quiet" isDisabled={isOff} onClick={onSelect}>
              {label}
            </Button>
          ))}
          {canEditProject.value && (
            <Button variant="danger" icon="trash" isDisabled={isOff} testId="bulk-bin" onClick={bin}>
              {t.bulk.bin}
            </Button>
          )}
        </span>
        <span class="bulk-narrow">
          <Menu
            label={t.bulk.more}
            trigger={<Icon name="more" />}
            items={[
              ...rest,
              ...(canEditProject.value ? [{ label: t.bulk.bin, onSelect: bin, isDanger: true }] : []),
            ]}
          />
        </span>
      </div>
      <div class="bulk-clear">
        {isSelectMode.value ? (
          <Button variant="quiet" testId="select-done" onClick={() => endSelecting(store)}>
            {t.select.done}
          </Button>
        ) : (
          <IconButton
            icon="close"
            label={t.select.clear}
            side="above"
            testId="bulk-clear"
            onClick={() => endSelecting(store)}
          />
        )}
      </div>
      {asked === 'label' && (
        <LabelDialog onClose={() => setAsked(null)} onChoose={(label) => review({ label })} />
      )}
      {(asked === 'addTag' || asked === 'removeTag') && (
        <TagDialog
          title={asked === 'addTag' ? t.bulk.addTagTitle : t.bulk.removeTagTitle}
          choices={asked === 'addTag' ? (sources.facets?.tags ?? []) : tagsOf(store, sources)}
          submit={t.bulk[asked]}
          onClose={() => setAsked(null)}
          onChoose={(tag) => review(asked === 'addTag' ? { addTags: [tag] } : { removeTags: [tag] })}
        />
      )}
    </section>
  );
}

/** The tags on the selected images; of all that match those of the project, as not all are loaded. */
function tagsOf(store: GalleryStore, { facets }: FilterSources): string[] {
  const { ids, isAll } = store.selection.value;
  if (isAll) return facets?.tags ?? [];
  const tags = store.images.value.flatMap((image) => (ids.has(image.id) ? image.tags : []));
  return [...new Set(tags)].toSorted();
}
