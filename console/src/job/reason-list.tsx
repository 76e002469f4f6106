import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { formatClock } from '../format.ts';
import { t } from '../strings.ts';
import type { ReasonGroup } from './reason-groups.ts';
import { ITEM_LOOKS } from './status-looks.ts';
import { reasonWords } from './status-words.ts';
import './reason-list.css';

interface ReasonListProps {
  groups: readonly ReasonGroup[];
  /** When the first of the addresses that wait is tried again. */
  firstRetryAt: string | null;
  onStep: (group: ReasonGroup) => void;
  isBusy: boolean;
}

/** Why addresses were not added: each reason with its number, one sentence and the one thing to do next. */
export function ReasonList({ groups, firstRetryAt, onStep, isBusy }: ReasonListProps) {
  if (groups.length === 0) return null;
  return (
    <section class="stack-tight">
      <h2>{t.reasons.title}</h2>
      <ul class="reasons" data-testid="reasons">
        {groups.map((group) => {
          const { status, reason, count, isAtLeast, step } = group;
          const words = reasonWords(status, reason);
          const isWaiting = status === 'deferred' && firstRetryAt !== null;
          const text = isWaiting ? t.imports.waiting(formatClock(firstRetryAt)) : words.text;
          const { tone, icon } = ITEM_LOOKS[status];
          return (
            <li key={`${status} ${reason}`} class="reason" data-testid={`reason-${reason ?? status}`}>
              <span class={`reason-icon reason-${tone}`}>
                <Icon name={icon} />
              </span>
              <h3>{text}</h3>
              <span class="reason-count">
                <span aria-hidden="true">{t.reasons.count(count, isAtLeast)}</span>
                <span class="visually-hidden">{t.reasons.countLabel(count, isAtLeast)}</span>
              </span>
              <p class="reason-hint muted">{words.hint}</p>
              <div class="reason-step">
                <Button
                  variant={step === 'show' ? 'quiet' : 'secondary'}
                  isBusy={isBusy && step !== 'show'}
                  onClick={() => onStep(group)}
                >
                  {t.reasons.steps[step]}
                  <span class="visually-hidden">: {text}</span>
                </Button>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
