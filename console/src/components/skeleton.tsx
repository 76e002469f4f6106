import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../strings.ts';
import './states.css';

/** A quick answer must not flash a placeholder first. */
const DELAY_MS = 200;

/** Shows its content only when it is still there after 200 ms. */
export function Delayed({ children }: { children: ComponentChildren }) {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), DELAY_MS);
    return () => clearTimeout(timer);
  }, []);
  return isDue ? <>{children}</> : null;
}

const WIDTHS = ['72%', '48%', '64%', '40%', '56%', '68%'];

/** Lines in place of a list or text that is being loaded. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <Delayed>
      <div class="skeleton" role="status">
        <span class="visually-hidden">{t.loading}</span>
        {Array.from({ length: lines }, (_, index) => (
          <div key={index} class="skeleton-line" style={{ width: WIDTHS[index % WIDTHS.length] ?? '50%' }} />
        ))}
      </div>
    </Delayed>
  );
}
