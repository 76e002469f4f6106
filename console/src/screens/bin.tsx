import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Image } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { BinTile } from '../gallery/bin-tile.tsx';
import { restoreFromBin } from '../gallery/bin-actions.ts';
import { pathTo } from '../routing/match.ts';
import { forgetGalleries } from '../state/gallery-store.ts';
import { canEditProject, refreshProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { usePages } from '../state/use-pages.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import './screens.css';
import './bin.css';

/** The images that were moved to the bin, the latest first, and the ways to take them out again. */
export function BinScreen({ projectId }: { projectId: string }) {
  useTitle(t.bin.title);
  const pages = usePages<Image>(projectId, (cursor, signal) => api.bin(projectId, cursor, signal));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const action = useAction();
  const images = pages.items ?? [];
  const canRestore = canEditProject.value;

  const restore = (ids: readonly string[]) =>
    void action.run(async () => {
      const conflicts = new Set(await restoreFromBin(projectId, ids));
      const back = new Set(ids.filter((id) => !conflicts.has(id)));
      pages.update((items) => items.filter(({ id }) => !back.has(id)));
      setSelected((old) => new Set([...old].filter((id) => !back.has(id))));
      // They belong somewhere within the lists, which are read again when they are shown.
      forgetGalleries();
      void refreshProject(projectId);
      if (back.size > 0) showToast(t.bin.restored(back.size), { about: [...back] });
      if (conflicts.size > 0) showToast(t.bin.conflicts(conflicts.size), { kind: 'error' });
    });
  const toggle = (id: string) =>
    setSelected((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  return (
    <div>
      <div class="bin-head">
        <div>
          <h1>{t.bin.title}</h1>
          {images.length > 0 && <p class="muted">{t.bin.intro}</p>}
        </div>
        {images.length > 0 && canRestore && (
          <div class="row">
            {selected.size > 0 && (
              <Button
                variant="primary"
                isBusy={action.isBusy}
                testId="restore-selected"
                onClick={() => restore([...selected])}
              >
                {t.bin.restoreSelected(selected.size)}
              </Button>
            )}
            <Button
              icon="restore"
              isBusy={action.isBusy}
              testId="restore-all"
              onClick={() => restore(images.map(({ id }) => id))}
            >
              {t.bin.restoreAll(images.length)}
            </Button>
          </div>
        )}
      </div>
      {action.problem && <ErrorState problem={action.problem} />}
      {pages.items?.length === 0 && pages.nextCursor === null && (
        <EmptyState text={t.bin.empty}>
          <ButtonLink href={pathTo.images(projectId)}>{t.notFound.backToImages}</ButtonLink>
        </EmptyState>
      )}
      <ul class="bin-tiles" aria-label={t.bin.title}>
        {images.map((image) => (
          <BinTile
            key={image.id}
            image={image}
            isSelected={selected.has(image.id)}
            onToggle={canRestore ? () => toggle(image.id) : null}
            onRestore={() => restore([image.id])}
          />
        ))}
      </ul>
      {!pages.items && pages.isLoading && <Skeleton />}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      <LoadMore pages={pages} />
    </div>
  );
}
