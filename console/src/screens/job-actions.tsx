import { api } from '../api/endpoints.ts';
import type { Job, Progress } from '../api/types.ts';
import { Button, ButtonLink } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { isUnderWay } from '../job/status-words.ts';
import { pathTo } from '../routing/match.ts';
import { useAction } from '../state/use-action.ts';
import { t } from '../strings.ts';

interface ActionsProps {
  job: Job;
  progress: Progress;
  canEdit: boolean;
  /** After the import was started, stopped or taken up again. */
  onMoved: () => void;
}

/** What can be done with an import as a whole: start it, stop it, take it up again, look at its images. */
export function JobActions({ job, progress, canEdit, onMoved }: ActionsProps) {
  const action = useAction();
  const { status, counts } = progress;
  const move = (verb: (jobId: string) => Promise<Job>) => () =>
    void action.run(async () => {
      await verb(job.id);
      onMoved();
    });
  const retry = (jobId: string) => api.retryJob(jobId, { statuses: ['failed', 'skipped'], reasons: null });
  const hasEnded = status !== 'draft' && !isUnderWay(status);
  const unfetched = counts.failed + counts.skipped;
  const isWorthRetry = status === 'failed' || status === 'stopped' || unfetched > 0;
  return (
    <>
      <div class="row">
        {canEdit && isUnderWay(status) && (
          <Button
            icon="stop"
            onClick={move(api.stopJob)}
            isBusy={action.isBusy || status === 'stopping'}
            testId="job-stop"
          >
            {t.job.stop}
          </Button>
        )}
        {canEdit && hasEnded && isWorthRetry && (
          <Button icon="running" onClick={move(retry)} isBusy={action.isBusy} testId="job-retry">
            {status === 'stopped' ? t.job.goOn : t.job.retry(unfetched)}
          </Button>
        )}
        {canEdit && status === 'draft' ? (
          <Button variant="primary" onClick={move(api.startJob)} isBusy={action.isBusy} testId="job-start">
            {t.job.start}
          </Button>
        ) : (
          <ButtonLink href={pathTo.images(job.projectId)} variant="primary" testId="open-images">
            {t.job.openImages}
          </ButtonLink>
        )}
      </div>
      {action.problem && <ErrorState problem={action.problem} />}
    </>
  );
}
