import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { ProgressLine } from '../components/progress.tsx';
import type { ListImport } from '../state/use-list-import.ts';
import { t } from '../strings.ts';

/** How far a long list has been sent, and the way out or on. */
export function SendingList({ sending }: { sending: ListImport }) {
  const { phase, sentEntries, total, problem } = sending;
  const words = t.sending;
  return (
    <section class="stack" aria-label={words.label} data-testid="import-sending">
      <h2>{words.label}</h2>
      <ProgressLine label={words.label} value={Math.min(1, sentEntries / total)} />
      <div class="row-spread">
        <div>
          <p>{words.sent(sentEntries, total)}</p>
          <p class="muted" role="status">
            {phase === 'pausing' ? words.waiting : phase === 'broken' ? '' : words.stays}
          </p>
        </div>
        <div class="row">
          {phase === 'broken' && (
            <Button variant="primary" onClick={sending.goOn} testId="sending-go-on">
              {words.goOn}
            </Button>
          )}
          <Button onClick={sending.cancel} testId="sending-cancel">
            {words.cancel}
          </Button>
        </div>
      </div>
      {problem && <ErrorState problem={problem} />}
    </section>
  );
}
