import type { Counts, JobStatus } from '../api/types.ts';
import { Chip } from '../components/chip.tsx';
import { jobLooks } from './status-looks.ts';

/** How an import stands. */
export function JobChip({ status, counts }: { status: JobStatus; counts: Counts | undefined }) {
  const { tone, icon, text } = jobLooks(status, counts);
  return (
    <Chip tone={tone} icon={icon}>
      {text}
    </Chip>
  );
}
