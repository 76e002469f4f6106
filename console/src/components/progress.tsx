import './progress.css';

interface ProgressProps {
  label: string;
  /** From 0 to 1, or null while the end is not known. */
  value: number | null;
}

/** How far something is. */
export function ProgressLine({ label, value }: ProgressProps) {
  return (
    <div
      class={value === null ? 'progress progress-unknown' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.round(value * 100)}
    >
      <div class="progress-fill" style={value === null ? {} : { transform: `scaleX(${value})` }} />
    </div>
  );
}
