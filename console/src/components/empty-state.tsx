import type { ComponentChildren } from 'preact';
import './states.css';

const FRAMES = ['1', '1A', '2', '2A', '3'];
const FRAME_STEP = 84;

interface EmptyStateProps {
  text: string;
  children?: ComponentChildren;
}

/** One sentence and what to do, under an unexposed strip of a contact sheet. */
export function EmptyState({ text, children }: EmptyStateProps) {
  return (
    <div class="empty">
      <svg class="empty-frames" viewBox="0 0 420 84" fill="none" stroke="currentColor" aria-hidden="true">
        {FRAMES.map((number, index) => (
          <g key={number} transform={`translate(${index * FRAME_STEP} 0)`}>
            <rect x="2.5" y="0.5" width="79" height="62" rx="2" />
            <text x="4" y="78" stroke="none">
              {number}
            </text>
            <path d="M40 75l6-4v8z" fill="currentColor" stroke="none" />
          </g>
        ))}
      </svg>
      <p>{text}</p>
      {children && <div class="row">{children}</div>}
    </div>
  );
}
