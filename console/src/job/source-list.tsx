import { useEffect, useRef } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import type { Source } from '../api/types.ts';
import { Chip } from '../components/chip.tsx';
import type { Tone } from '../components/chip.tsx';
import { ErrorState } from '../components/error-state.tsx';
import type { IconName } from '../components/icon.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Table } from '../components/table.tsx';
import { usePaced } from '../state/use-paced.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import { Address } from './address.tsx';
import { sourceWords } from './source-words.ts';
import './job-tables.css';

const REFRESH_MS = 2_000;

function looksOf({ status, found }: Source): { tone: Tone; icon: IconName } {
  if (status === 'blocked') return { tone: 'blocked', icon: 'blocked' };
  if (status === 'failed') return { tone: 'error', icon: 'error' };
  if (status !== 'done') return { tone: 'plain', icon: status === 'sent' ? 'search' : 'clock' };
  return found > 0 ? { tone: 'keep', icon: 'check' } : { tone: 'plain', icon: 'skipped' };
}

function Outcome({ source }: { source: Source }) {
  const { text, detail } = sourceWords(source);
  return (
    <div class="outcome">
      <Chip {...looksOf(source)}>{text}</Chip>
      {detail !== '' && <span class="muted small sentence">{detail}</span>}
    </div>
  );
}

interface SourceListProps {
  jobId: string;
  /** Changes whenever a source may have. */
  version: string;
}

/** The pages and sitemaps that an import looked in, and what each of them gave. */
export function SourceList({ jobId, version }: SourceListProps) {
  const pages = usePages<Source>(jobId, (cursor, signal) => api.sources(jobId, cursor, signal));
  const paced = usePaced(version, REFRESH_MS);
  const seen = useRef(paced);
  useEffect(() => {
    if (seen.current === paced) return;
    seen.current = paced;
    pages.reload();
  }, [paced]);

  if (pages.problem) return <ErrorState problem={pages.problem} onRetry={pages.reload} />;
  if (!pages.items || pages.items.length === 0) return null;
  return (
    <section class="stack-tight sources">
      <h2>{t.sources.title}</h2>
      <Table
        caption={t.sources.title}
        rows={pages.items}
        rowKey={({ id }) => id}
        testId="sources-table"
        columns={[
          { header: t.sources.address, cell: ({ url }) => <Address url={url} /> },
          { header: t.sources.outcome, cell: (source) => <Outcome source={source} /> },
        ]}
      />
      <LoadMore pages={pages} />
    </section>
  );
}
