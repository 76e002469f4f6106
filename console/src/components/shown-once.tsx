import type { ComponentChildren } from 'preact';
import { CopyButton } from './copy-button.tsx';
import './shown-once.css';

interface ShownOnceProps {
  /** The secret. */
  text: string;
  /** That it is shown now and never again. */
  note: string;
  copyLabel: string;
  copied: string;
  testId: string;
  /** What else is to be said of it. */
  children?: ComponentChildren;
}

/** A secret that was made a moment ago, to be copied now: it can be shown at no other time. */
export function ShownOnce({ text, note, copyLabel, copied, testId, children }: ShownOnceProps) {
  return (
    <div class="shown-once" role="status">
      <p>{note}</p>
      <p class="row">
        <span class="mono shown-once-text" data-testid={testId}>
          {text}
        </span>
        <CopyButton text={text} label={copyLabel} done={copied} />
      </p>
      {children}
    </div>
  );
}
