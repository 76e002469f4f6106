import type { Job, Progress } from '../api/types.ts';
import { formatTime } from '../format.ts';
import { describeOptions } from '../import-options/describe-options.ts';
import { t } from '../strings.ts';
import { rateWords, timeLeftWords, tookWords } from './pace-words.ts';
import { failureWords } from './source-words.ts';
import { isUnderWay } from './status-words.ts';
import './job-facts.css';

/** How far, how fast and how long. */
function Pace({ progress }: { progress: Progress }) {
  const { status, total, counts, startedAt, finishedAt } = progress;
  // Skipped addresses count as done for the service; a reader would take them for fetched.
  const done = progress.done - counts.skipped;
  const isLooking = status === 'planning' && done === 0;
  const rate = rateWords(progress);
  const left = timeLeftWords(progress);
  return (
    <p class="job-facts muted">
      {total > 0 && (
        <span data-testid="progress-done">{isLooking ? t.job.found(total) : t.job.done(done, total)}</span>
      )}
      {isUnderWay(status) ? (
        <>
          {rate !== null && <span>{rate}</span>}
          {left !== null && <span>{left}</span>}
        </>
      ) : (
        <>
          {finishedAt !== null && <span>{t.job.finishedAt(formatTime(finishedAt))}</span>}
          {startedAt !== null && <span>{tookWords(progress)}</span>}
        </>
      )}
    </p>
  );
}

/** What is known of an import besides its addresses. */
export function JobFacts({ job, progress }: { job: Job; progress: Progress }) {
  const demands = describeOptions(job.options);
  return (
    <>
      <Pace progress={progress} />
      {progress.status === 'stopping' && <p class="muted">{t.job.stopping}</p>}
      {job.failure !== null && <p>{t.job.nothingImported(failureWords(job.failure))}</p>}
      {demands !== '' && <p class="muted">{demands}</p>}
    </>
  );
}
