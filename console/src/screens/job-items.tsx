import { useEffect, useRef } from 'preact/hooks';
import { ITEMS_PAGE, api } from '../api/endpoints.ts';
import type { Item, Job, Progress } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Select } from '../components/select.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { Address } from '../job/address.tsx';
import { NO_FILTER } from '../job/job-filter.ts';
import type { ItemFilter } from '../job/job-filter.ts';
import type { ReasonGroup } from '../job/reason-groups.ts';
import { ITEM_LOOKS } from '../job/status-looks.ts';
import { isUnderWay, reasonWords, statusWords } from '../job/status-words.ts';
import { pathTo } from '../routing/match.ts';
import { usePaced } from '../state/use-paced.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import '../job/job-tables.css';

const REFRESH_MS = 3_000;

interface JobItemsProps {
  job: Job;
  progress: Progress;
  filter: ItemFilter;
  groups: readonly ReasonGroup[];
  onFilter: (filter: ItemFilter) => void;
}

/** Narrows the list to one reason of the chosen status, and widens it again. */
function FilterTools({ filter, groups, onFilter }: Omit<JobItemsProps, 'job' | 'progress'>) {
  const { status, reason } = filter;
  if (status === null) return null;
  const listed = groups.flatMap((group) =>
    group.status === status && status !== 'skipped' && group.reason !== null ? [group.reason] : [],
  );
  const reasons = reason === null || listed.includes(reason) ? listed : [...listed, reason];
  return (
    <div class="filter-tools">
      {reasons.length > 0 && (
        <Select
          label={t.job.filterReason}
          value={reason ?? ''}
          choices={[
            { value: '', label: t.job.anyReason },
            ...reasons.map((value) => ({ value, label: reasonWords(status, value).text })),
          ]}
          onValue={(value) => onFilter({ status, reason: value === '' ? null : value })}
        />
      )}
      <Button onClick={() => onFilter(NO_FILTER)} testId="filter-none">
        {t.job.showAll}
      </Button>
    </div>
  );
}

function FoundAt({ item }: { item: Item }) {
  const pageUrl = item.context?.pageUrl ?? null;
  return (
    <div class="found-at">
      <Address url={item.url} />
      {pageUrl !== null && (
        <span class="found-on small muted">
          <span>{t.job.foundOn}</span> <Address url={pageUrl} />
        </span>
      )}
    </div>
  );
}

function Outcome({ item }: { item: Item }) {
  const { text, hint } = statusWords(item);
  return (
    <div class="outcome">
      <Chip {...ITEM_LOOKS[item.status]}>{text}</Chip>
      {hint !== '' && <span class="muted small sentence">{hint}</span>}
    </div>
  );
}

/** Each address of an import, where it was found, what happened to it, and its image. */
export function JobItems({ job, progress, filter, groups, onFilter }: JobItemsProps) {
  const { status, reason } = filter;
  const isMoving = isUnderWay(progress.status);
  const pages = usePages<Item>(`${job.id} ${status} ${reason}`, (cursor, signal) =>
    api.items(job.id, { status, reason, cursor, limit: ITEMS_PAGE }, signal),
  );
  const version = usePaced(JSON.stringify(progress.counts), isMoving ? REFRESH_MS : 0);
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current === version || pages.isLoading) return;
    seen.current = version;
    // Who has loaded further pages is reading; starting over would take the list away.
    if ((pages.items?.length ?? 0) <= ITEMS_PAGE) pages.reload();
  }, [version, pages.isLoading]);

  return (
    <section class={status === null ? 'stack items' : 'stack items items-filtered'}>
      <div class="row-spread">
        <h2 id="job-items" tabIndex={-1}>
          {status === null ? t.job.items : reasonWords(status, reason).text}
        </h2>
        <FilterTools filter={filter} groups={groups} onFilter={onFilter} />
      </div>
      {!pages.items && !pages.problem && <Skeleton />}
      {pages.items?.length === 0 && (
        <p class="muted">{progress.total === 0 ? t.job.noItemsYet : t.job.noItems}</p>
      )}
      {pages.items && pages.items.length > 0 && (
        <Table
          caption={t.job.items}
          rows={pages.items}
          rowKey={({ id }) => id}
          testId="items-table"
          columns={[
            { header: t.job.item, cell: (item) => <FoundAt item={item} /> },
            { header: t.job.outcome, cell: (item) => <Outcome item={item} /> },
            {
              header: t.job.image,
              cell: ({ imageId }) =>
                imageId !== null && (
                  <ButtonLink href={pathTo.image(job.projectId, imageId)} variant="quiet">
                    {t.action.openImage}
                  </ButtonLink>
                ),
              isTight: true,
            },
          ]}
        />
      )}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      <LoadMore pages={pages} />
    </section>
  );
}
