import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import type { Job, Progress } from '../api/types.ts';
import { ErrorState } from '../components/error-state.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { formatTime } from '../format.ts';
import { JobChip } from '../job/job-chip.tsx';
import { JobFacts } from '../job/job-facts.tsx';
import { NO_FILTER, filterSearch, readFilter } from '../job/job-filter.ts';
import type { ItemFilter } from '../job/job-filter.ts';
import { filterOf, groupReasons, retryOf } from '../job/reason-groups.ts';
import type { ReasonGroup } from '../job/reason-groups.ts';
import { ReasonList } from '../job/reason-list.tsx';
import { SourceList } from '../job/source-list.tsx';
import { StatusBar } from '../job/status-bar.tsx';
import { countsByStatus, isUnderWay } from '../job/status-words.ts';
import { pathTo } from '../routing/match.ts';
import { place, replaceSearch } from '../routing/navigation.ts';
import { canEditProject } from '../state/project.ts';
import { useAction } from '../state/use-action.ts';
import { useJob } from '../state/use-job.ts';
import { useTallies } from '../state/use-tallies.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { JobActions } from './job-actions.tsx';
import { JobItems } from './job-items.tsx';
import { Missing } from './not-found.tsx';
import './screens.css';

interface KnownProps {
  job: Job;
  progress: Progress;
  isStale: boolean;
  onMoved: () => void;
}

function KnownJob({ job, progress, isStale, onMoved }: KnownProps) {
  const { status, total, counts } = progress;
  const isMoving = isUnderWay(status);
  const canEdit = canEditProject.value;
  const filter = readFilter(place.value.search);
  const tallies = useTallies(job.id, counts, isMoving);
  const retrying = useAction();
  const firstRetryAt = tallies?.deferred?.firstRetryAt ?? null;
  const canRetry = canEdit && !isMoving && status !== 'draft';
  const groups = groupReasons(counts, tallies ?? {}, { endedBy: job.endedBy, canRetry });
  const setFilter = (next: ItemFilter) => replaceSearch(filterSearch(next));

  const takeStep = (group: ReasonGroup) => {
    if (group.step === 'show') {
      setFilter(filterOf(group));
      // When the filtered list has its room, and the page can scroll so far.
      requestAnimationFrame(() => {
        const heading = document.getElementById('job-items');
        heading?.scrollIntoView();
        heading?.focus({ preventScroll: true });
      });
      return;
    }
    void retrying.run(async () => {
      await api.retryJob(job.id, retryOf(group));
      setFilter(NO_FILTER);
      onMoved();
    });
  };

  const title = t.imports.name(formatTime(job.createdAt), 0);
  useTitle(title);
  return (
    <div class="page">
      <div class="page-head">
        <div class="stack-tight">
          <div class="row">
            <h1>{title}</h1>
            <span role="status" data-testid="progress-status" data-status={status}>
              <JobChip state={{ ...job, status, counts, waitsUntil: firstRetryAt }} />
            </span>
          </div>
          <JobFacts job={job} progress={progress} />
        </div>
        <JobActions job={job} progress={progress} canEdit={canEdit} onMoved={onMoved} />
      </div>
      {isStale && <p role="status">{t.job.stale}</p>}
      {status === 'planning' && <ProgressLine label={t.job.progress} value={null} />}
      {total > 0 && (
        <StatusBar
          counts={countsByStatus(counts)}
          total={total}
          filter={filter.status}
          isMoving={isMoving}
          onFilter={(next) => setFilter({ status: next, reason: null })}
        />
      )}
      {retrying.problem && <ErrorState problem={retrying.problem} />}
      <ReasonList groups={groups} firstRetryAt={firstRetryAt} onStep={takeStep} isBusy={retrying.isBusy} />
      {job.kind !== 'urls' && <SourceList jobId={job.id} version={`${status} ${progress.updatedAt}`} />}
      {/* After the reasons are known: they would push the list down. */}
      {tallies && (
        <JobItems job={job} progress={progress} filter={filter} groups={groups} onFilter={setFilter} />
      )}
    </div>
  );
}

function UnknownJob({ problem, onRetry }: { problem: Problem | null; onRetry: () => void }) {
  useTitle(t.job.title);
  return (
    <div class="page">
      <h1>{t.job.title}</h1>
      {problem ? <ErrorState problem={problem} onRetry={onRetry} /> : <Skeleton />}
    </div>
  );
}

/** How an import goes, and what became of each address. */
export function JobScreen({ projectId, jobId }: { projectId: string; jobId: string }) {
  const [round, setRound] = useState(0);
  const { known, problem } = useJob(jobId, round);
  const again = () => setRound((value) => value + 1);
  if (isMissing(problem)) {
    const { import: gone, unshared, backToImports } = t.notFound;
    return <Missing title={gone} body={unshared} action={backToImports} href={pathTo.imports(projectId)} />;
  }
  if (!known) return <UnknownJob problem={problem} onRetry={again} />;
  return <KnownJob {...known} isStale={problem !== null} onMoved={again} />;
}
