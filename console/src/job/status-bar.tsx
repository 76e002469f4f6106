import { useRef } from 'preact/hooks';
import type { ItemStatus } from '../api/types.ts';
import { FilterChip } from '../components/chip.tsx';
import { Icon } from '../components/icon.tsx';
import { Table } from '../components/table.tsx';
import { formatCount, formatShare } from '../format.ts';
import { t } from '../strings.ts';
import { ITEM_LOOKS } from './status-looks.ts';
import { STATUS_ORDER } from './status-words.ts';
import './status-bar.css';

interface StatusBarProps {
  counts: Record<ItemStatus, number>;
  total: number;
  filter: ItemStatus | null;
  /** Whether the counts still change by themselves. */
  isMoving: boolean;
  onFilter: (status: ItemStatus | null) => void;
}

/** Outcomes of an import as one stacked bar with labelled parts that filter, and the same as a table. */
export function StatusBar({ counts, total, filter, isMoving, onFilter }: StatusBarProps) {
  // What was once there keeps its place: a count that falls to zero and rises again must not move the page.
  // At the end it goes: none of its kind is nothing to tell.
  const seen = useRef(new Set<ItemStatus>());
  for (const status of STATUS_ORDER) if (counts[status] > 0) seen.current.add(status);
  const shown = STATUS_ORDER.filter(
    (status) => counts[status] > 0 || status === filter || (isMoving && seen.current.has(status)),
  );
  const toggle = (status: ItemStatus) => onFilter(filter === status ? null : status);
  return (
    <div class="stack-tight" role="group" aria-label={t.job.barLabel}>
      <div class="status-bar" aria-hidden="true">
        {shown.map((status) => (
          <button
            key={status}
            type="button"
            hidden={counts[status] === 0 && status !== filter}
            // The chips below do the same for the keyboard; thin parts are no fair target.
            tabIndex={-1}
            class={`status-segment status-${status}`}
            aria-pressed={status === filter}
            title={`${t.status[status].group}: ${formatCount(counts[status])}`}
            style={{ flexGrow: String(Math.max(counts[status], total / 200)) }}
            onClick={() => toggle(status)}
          />
        ))}
      </div>
      <div class="status-legend" style={{ '--count-width': `${formatCount(total).length}ch` }}>
        {shown.map((status) => (
          <FilterChip
            key={status}
            tone={ITEM_LOOKS[status].tone}
            icon={ITEM_LOOKS[status].icon}
            isOn={status === filter}
            count={formatCount(counts[status])}
            testId={`filter-${status}`}
            onToggle={() => toggle(status)}
          >
            {t.status[status].group}
          </FilterChip>
        ))}
      </div>
      <details class="twin">
        <summary>
          <Icon name="chevronDown" size={16} />
          {t.job.tableTwin}
        </summary>
        <Table
          caption={t.job.progress}
          hasCards={false}
          rows={STATUS_ORDER}
          rowKey={(status) => status}
          columns={[
            { header: t.imports.status, cell: (status) => t.status[status].group },
            { header: t.job.count, cell: (status) => formatCount(counts[status]), isEnd: true },
            { header: t.job.share, cell: (status) => formatShare(counts[status], total), isEnd: true },
          ]}
        />
      </details>
    </div>
  );
}
