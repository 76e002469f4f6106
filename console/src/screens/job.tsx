import { useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { isMissing } from '../api/problem.ts';
import type { ItemStatus, Progress } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { formatTime } from '../format.ts';
import { collectUrls } from '../job/collect-urls.ts';
import { StatusBar } from '../job/status-bar.tsx';
import { JobChip } from '../job/job-chip.tsx';
import { countsByStatus, isFinal } from '../job/status-words.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { leaveForImport } from '../state/import-draft.ts';
import { useAction } from '../state/use-action.ts';
import { useJobProgress } from '../state/use-job-progress.ts';
import { useResource } from '../state/use-resource.ts';
import { useTitle } from '../state/use-title.ts';
import { t } from '../strings.ts';
import { JobItems } from './job-items.tsx';
import { Missing } from './not-found.tsx';
import './screens.css';

function Times({ progress }: { progress: Progress }) {
  if (progress.finishedAt) return <span>{t.job.finishedAt(formatTime(progress.finishedAt))}</span>;
  if (progress.startedAt) return <span>{t.job.startedAt(formatTime(progress.startedAt))}</span>;
  return null;
}

interface ActionsProps {
  projectId: string;
  progress: Progress;
  onStarted: () => void;
}

function JobActions({ projectId, progress, onStarted }: ActionsProps) {
  const action = useAction();
  const { jobId, status, counts } = progress;
  const start = () =>
    action.run(async () => {
      await api.startJob(jobId);
      onStarted();
    });
  const retryFailed = () =>
    action.run(async () => {
      leaveForImport(projectId, await collectUrls((cursor) => api.items(jobId, 'failed', cursor)));
      navigate(pathTo.newImport(projectId));
    });
  return (
    <>
      <div class="row">
        {status === 'draft' ? (
          <Button variant="primary" onClick={() => void start()} isBusy={action.isBusy} testId="job-start">
            {t.job.start}
          </Button>
        ) : (
          <ButtonLink href={pathTo.images(projectId)} variant="primary" testId="open-images">
            {t.job.openImages}
          </ButtonLink>
        )}
        {isFinal(status) && counts.failed > 0 && (
          <Button onClick={() => void retryFailed()} isBusy={action.isBusy}>
            {t.job.retryFailed}
          </Button>
        )}
      </div>
      {action.problem && <ErrorState problem={action.problem} />}
    </>
  );
}

/** How an import goes, and what became of each address. */
export function JobScreen({ projectId, jobId }: { projectId: string; jobId: string }) {
  const [round, setRound] = useState(0);
  const [filter, setFilter] = useState<ItemStatus | null>(null);
  const job = useResource(jobId, (signal) => api.job(jobId, signal));
  const { progress, problem } = useJobProgress(jobId, round);
  const title = job.data ? t.imports.name(formatTime(job.data.createdAt), job.data.total) : t.job.title;
  useTitle(title);
  const again = () => setRound(round + 1);

  if (isMissing(problem)) {
    const { import: gone, unshared, backToImports } = t.notFound;
    return <Missing title={gone} body={unshared} action={backToImports} href={pathTo.imports(projectId)} />;
  }
  if (!progress) {
    return (
      <div class="page">
        <h1>{title}</h1>
        {problem ? <ErrorState problem={problem} onRetry={again} /> : <Skeleton />}
      </div>
    );
  }
  const { status, done, total, counts } = progress;
  return (
    <div class="page">
      <div class="page-head">
        <div class="stack-tight">
          <div class="row">
            <h1>{title}</h1>
            <span role="status" data-testid="progress-status" data-status={status}>
              <JobChip status={status} counts={counts} />
            </span>
          </div>
          <p class="job-facts muted">
            <span data-testid="progress-done">{t.job.done(done, total)}</span>
            <Times progress={progress} />
          </p>
        </div>
        <JobActions projectId={projectId} progress={progress} onStarted={again} />
      </div>
      {problem && <p role="status">{t.job.stale}</p>}
      {!isFinal(status) && status !== 'draft' && (
        <ProgressLine label={t.job.progress} value={total === 0 ? 0 : done / total} />
      )}
      <StatusBar counts={countsByStatus(progress)} total={total} filter={filter} onFilter={setFilter} />
      <section class="stack-tight">
        <h2>{filter === null ? t.job.items : t.status[filter].group}</h2>
        <JobItems projectId={projectId} jobId={jobId} filter={filter} done={done} />
      </section>
    </div>
  );
}
