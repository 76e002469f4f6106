import { Chip } from '../components/chip.tsx';
import { jobLooks } from './status-looks.ts';
import type { JobState } from './status-looks.ts';

/** How an import stands. */
export function JobChip({ state }: { state: JobState }) {
  const { tone, icon, text } = jobLooks(state);
  return (
    <Chip tone={tone} icon={icon}>
      {text}
    </Chip>
  );
}
