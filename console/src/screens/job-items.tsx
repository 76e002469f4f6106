import { useEffect, useRef } from 'preact/hooks';
import { ITEMS_PAGE, api } from '../api/endpoints.ts';
import type { Item, ItemStatus } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { ITEM_LOOKS } from '../job/status-looks.ts';
import { statusWords } from '../job/status-words.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { leaveForImport } from '../state/import-draft.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';

interface NextStepProps {
  projectId: string;
  item: Item;
}

function NextStep({ projectId, item }: NextStepProps) {
  const { action } = statusWords(item);
  if (action === 'openImage' && item.imageId !== null) {
    return (
      <ButtonLink href={pathTo.image(projectId, item.imageId)} variant="quiet">
        {t.action.openImage}
      </ButtonLink>
    );
  }
  if (action === 'importAgain') {
    const again = () => {
      leaveForImport(projectId, [item.url]);
      navigate(pathTo.newImport(projectId));
    };
    return (
      <Button variant="quiet" onClick={again}>
        {t.action.importAgain}
      </Button>
    );
  }
  if (action === 'openSource') {
    return (
      <a class="button button-quiet" href={item.url} target="_blank" rel="noreferrer noopener">
        {t.action.openSource}
      </a>
    );
  }
  return <span class="muted">{t.action.wait}</span>;
}

function Outcome({ item }: { item: Item }) {
  const { text, hint } = statusWords(item);
  return (
    <div class="stack-tight">
      <div>
        <Chip {...ITEM_LOOKS[item.status]}>{text}</Chip>
      </div>
      {hint !== '' && <span class="muted small">{hint}</span>}
    </div>
  );
}

interface JobItemsProps {
  projectId: string;
  jobId: string;
  filter: ItemStatus | null;
  /** How many addresses have an outcome; a change reads the list again. */
  done: number;
}

/** Each address of an import, what happened to it and what to do next. */
export function JobItems({ projectId, jobId, filter, done }: JobItemsProps) {
  const pages = usePages<Item>(`${jobId} ${filter ?? ''}`, (cursor, signal) =>
    api.items(jobId, filter, cursor, signal),
  );
  const seenDone = useRef(done);
  useEffect(() => {
    if (seenDone.current === done || pages.isLoading) return;
    seenDone.current = done;
    // Who has loaded further pages is reading; starting over would take the list away.
    if ((pages.items?.length ?? 0) <= ITEMS_PAGE) pages.reload();
  }, [done, pages.isLoading]);

  if (!pages.items) {
    return pages.problem ? <ErrorState problem={pages.problem} onRetry={pages.reload} /> : <Skeleton />;
  }
  return (
    <div class="stack">
      {pages.items.length === 0 ? (
        <p class="muted">{t.job.noItems}</p>
      ) : (
        <Table
          caption={t.job.items}
          rows={pages.items}
          rowKey={({ id }) => id}
          testId="items-table"
          columns={[
            {
              header: t.job.item,
              cell: ({ url }) => (
                <span class="mono item-url" title={url}>
                  {url}
                </span>
              ),
            },
            { header: t.job.outcome, cell: (item) => <Outcome item={item} /> },
            {
              header: t.job.action,
              cell: (item) => <NextStep projectId={projectId} item={item} />,
              isTight: true,
            },
          ]}
        />
      )}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      <LoadMore pages={pages} />
    </div>
  );
}
