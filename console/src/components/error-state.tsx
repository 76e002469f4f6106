import { explainProblem } from '../api/explain-problem.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../strings.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';
import './states.css';

interface ErrorStateProps {
  problem: Problem;
  /** Offered only when the same request may succeed later. */
  onRetry?: () => void;
}

/** What happened, why, what to do, and the request id to quote. */
export function ErrorState({ problem, onRetry }: ErrorStateProps) {
  const { title, why, what } = explainProblem(problem);
  const { requestId } = problem;
  const missingId =
    problem.code === 'unreachable'
      ? t.error.noAnswer
      : problem.status === 0
        ? t.error.noRequest
        : t.error.noRequestId;
  return (
    <div class="error-state" role="alert">
      <h2 class="error-title">
        <Icon name="error" />
        {title}
      </h2>
      <dl class="error-facts">
        <dt>{t.error.why}</dt>
        <dd>{why}</dd>
        <dt>{t.error.what}</dt>
        <dd>{what}</dd>
        <dt>{t.error.requestId}</dt>
        <dd>
          {requestId === null ? (
            missingId
          ) : (
            <>
              <span class="mono">{requestId}</span>
              <CopyButton text={requestId} label={t.error.copyRequestId} done={t.error.requestIdCopied} />
            </>
          )}
        </dd>
      </dl>
      {onRetry && problem.retryable && (
        <div>
          <Button onClick={onRetry}>{t.retry}</Button>
        </div>
      )}
    </div>
  );
}
