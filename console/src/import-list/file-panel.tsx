import type { ListPreview } from '../../../src/crawl/discover/read-list.ts';
import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { ProgressLine } from '../components/progress.tsx';
import { Select } from '../components/select.tsx';
import { Icon } from '../components/icon.tsx';
import { Table } from '../components/table.tsx';
import { formatBytes, formatCount } from '../format.ts';
import type { ListFile } from '../state/use-list-file.ts';
import { t } from '../strings.ts';
import { ListCounts } from './list-counts.tsx';
import type { ListScan } from './scan-list.ts';
import { MAX_IMPORT_URLS } from './send-list.ts';
import './file-panel.css';

const PREVIEW_ROWS = 5;
const SAMPLE_LENGTH = 48;

/** How the file was understood, such as "CSV, separated by commas, with a header row". */
function describeShape({ shape }: ListPreview): string {
  const words = t.listFile;
  const parts: string[] = [words.formats[shape.format]];
  if (shape.format === 'csv') parts.push(words.delimiters[shape.delimiter]);
  if (shape.hasHeader) parts.push(words.header);
  return parts.join(', ');
}

function ColumnChoice({ preview, onColumn }: { preview: ListPreview; onColumn: ListFile['chooseColumn'] }) {
  const { columns, shape } = preview;
  if (shape.format === 'txt' || columns.length < 2) return null;
  const choices = columns.map(({ key, name, samples }, index) => {
    const label = name ?? t.listFile.columnName(index + 1);
    const sample = samples[0]?.slice(0, SAMPLE_LENGTH) ?? '';
    return { key, value: String(index), label: sample === '' ? label : `${label}: ${sample}` };
  });
  return (
    <div class="column-choice">
      <Select
        label={shape.format === 'csv' ? t.listFile.column : t.listFile.field}
        value={choices.find(({ key }) => key === shape.columns.url)?.value ?? ''}
        choices={choices}
        onValue={(value) => {
          const choice = choices.find((one) => one.value === value);
          if (choice) onColumn(choice.key);
        }}
      />
    </div>
  );
}

function FirstRows({ preview }: { preview: ListPreview }) {
  const rows = preview.rows.slice(0, PREVIEW_ROWS);
  const hasWords = rows.some(({ context }) => context.caption !== null || context.alt !== null);
  return (
    <section class="stack-tight first-rows">
      <h2>{t.listFile.preview}</h2>
      <Table
        caption={t.listFile.preview}
        rows={rows}
        rowKey={({ line }) => String(line)}
        testId="list-preview"
        columns={[
          { header: t.listFile.line, cell: ({ line }) => formatCount(line), isTight: true, showsLabel: true },
          {
            header: t.listFile.address,
            cell: ({ url, problem }) =>
              url === null ? (
                <span class="first-problem">
                  <Icon name="warning" size={16} />
                  {problem && t.listFile.problems[problem]}
                </span>
              ) : (
                <span class="mono first-url">{url}</span>
              ),
          },
          ...(hasWords
            ? [
                {
                  header: t.listFile.words,
                  cell: ({ context }: (typeof rows)[number]) => (
                    <span class="first-words">{context.caption ?? context.alt}</span>
                  ),
                },
              ]
            : []),
        ]}
      />
    </section>
  );
}

/** Why rows cannot be used, each reason with its number and its first lines. */
function ScanProblems({ scan }: { scan: ListScan }) {
  if (scan.problems.size === 0) return null;
  return (
    <section class="stack-tight">
      <h2>{t.listFile.problemsTitle}</h2>
      <ul class="scan-problems" data-testid="list-problems">
        {[...scan.problems].map(([problem, { count, lines }]) => (
          <li key={problem}>
            <span class="scan-count">{formatCount(count)}</span>
            <div>
              <p>{t.listFile.problems[problem]}</p>
              <p class="muted small">
                {t.listFile.onLines(lines.map(formatCount).join(', '), count - lines.length)}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A chosen list file: what it is, its first rows, and what of it can be used. */
export function FilePanel({ list, file }: { list: ListFile; file: File }) {
  const { preview, scan, problem } = list;
  const words = t.listFile;
  return (
    <section class="stack" aria-label={words.label} data-testid="list-file">
      <div class="file-card">
        <div class="file-name">
          <p class="file-title">{file.name}</p>
          <p class="muted">
            {formatBytes(file.size)}
            {preview && `, ${describeShape(preview)}`}
          </p>
        </div>
        <Button onClick={list.remove} testId="list-remove">
          {words.remove}
        </Button>
        {!scan.isDone && !problem && (
          <div class="file-progress">
            <ProgressLine label={words.reading} value={file.size === 0 ? 1 : scan.readBytes / file.size} />
          </div>
        )}
      </div>
      {problem ? (
        <ErrorState problem={problem} />
      ) : (
        <>
          <div class="file-counts">
            <ListCounts
              ready={scan.ready}
              notUsable={scan.notUsable}
              repeated={null}
              isMoving={!scan.isDone}
            />
            <p class="muted">
              {scan.ready > MAX_IMPORT_URLS ? t.newImport.tooMany(MAX_IMPORT_URLS) : words.repeats}
            </p>
          </div>
          {preview && <ColumnChoice preview={preview} onColumn={list.chooseColumn} />}
          {preview && preview.rows.length > 0 && <FirstRows preview={preview} />}
          <ScanProblems scan={scan} />
        </>
      )}
    </section>
  );
}
