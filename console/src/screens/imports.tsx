import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Job } from '../api/types.ts';
import { ButtonLink } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { formatCount, formatTime } from '../format.ts';
import { JobChip } from '../job/job-chip.tsx';
import { countNotAdded, isUnderWay } from '../job/status-words.ts';
import { importStatuses, isRoomLive, withRoomProgress } from '../live/imports.ts';
import { pathTo } from '../routing/match.ts';
import { canEditProject } from '../state/project.ts';
import { usePages } from '../state/use-pages.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import './screens.css';

const REFRESH_MS = 3_000;

/** All imports of a project, newest first. */
export function ImportsScreen({ projectId }: { projectId: string }) {
  useTitle(t.imports.title);
  const pages = usePages<Job>(projectId, (cursor, signal) => api.jobs(projectId, cursor, signal));
  const isLive = isRoomLive.value;
  const version = isLive ? importStatuses.value : '';
  const isActive = pages.items?.some(({ status }) => isUnderWay(status)) ?? false;

  useEffect(() => {
    if (isLive || !isActive || pages.isLoading) return;
    const timer = setTimeout(pages.reload, REFRESH_MS);
    return () => clearTimeout(timer);
  }, [isLive, isActive, pages.isLoading]);

  // The room has the figures; what else is new, such as another import, is read.
  const seen = useRef(version);
  useEffect(() => {
    if (seen.current !== version && isLive) pages.reload();
    seen.current = version;
  }, [isLive, version]);

  return (
    <div class="page">
      <div class="page-head">
        <h1>{t.imports.title}</h1>
      </div>
      {pages.items?.length === 0 && (
        <EmptyState text={t.imports.empty}>
          {canEditProject.value && (
            <ButtonLink href={pathTo.newImport(projectId)}>{t.gallery.emptyAction}</ButtonLink>
          )}
        </EmptyState>
      )}
      {pages.items && pages.items.length > 0 && (
        <Table
          caption={t.imports.title}
          rows={pages.items.map(withRoomProgress)}
          rowKey={({ id }) => id}
          testId="imports-table"
          columns={[
            {
              header: t.imports.import,
              cell: (job) => (
                <a class="table-link" href={pathTo.import(projectId, job.id)}>
                  {t.imports.name(formatTime(job.createdAt), job.total)}
                </a>
              ),
            },
            {
              header: t.imports.status,
              cell: (job) => <JobChip state={job} />,
            },
            {
              header: t.imports.added,
              cell: ({ counts }) => formatCount(counts.stored),
              isEnd: true,
              showsLabel: true,
            },
            {
              header: t.imports.notAdded,
              cell: ({ counts }) => formatCount(countNotAdded(counts)),
              isEnd: true,
              showsLabel: true,
            },
          ]}
        />
      )}
      {!pages.items && pages.isLoading && <Skeleton />}
      {pages.problem && <ErrorState problem={pages.problem} onRetry={pages.reload} />}
      <LoadMore pages={pages} />
    </div>
  );
}
