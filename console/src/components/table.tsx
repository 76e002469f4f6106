import type { ComponentChildren } from 'preact';
import './table.css';

interface Column<Row> {
  header: string;
  cell: (row: Row) => ComponentChildren;
  /** Numbers and actions stand at the end of their cell. */
  isEnd?: boolean;
  /** As narrow as its content. */
  isTight?: boolean;
  /** Repeats the header inside the card on a narrow screen. */
  showsLabel?: boolean;
}

interface TableProps<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** On a narrow screen each row becomes a card. Off for tables of two or three short columns. */
  hasCards?: boolean;
  testId?: string;
}

/** A table whose roles are written out, because `display: block` on a narrow screen would drop them. */
export function Table<Row>({ caption, columns, rows, rowKey, hasCards = true, testId }: TableProps<Row>) {
  const cellClass = (column: Column<Row>) =>
    [column.isEnd ? 'cell-end' : '', column.isTight ? 'cell-tight' : ''].filter(Boolean).join(' ') ||
    undefined;
  return (
    <table class={hasCards ? 'table table-cards' : 'table'} role="table" data-testid={testId}>
      <caption class="visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.header} scope="col" role="columnheader" class={cellClass(column)}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row">
            {columns.map((column) => (
              <td
                key={column.header}
                role="cell"
                class={cellClass(column)}
                data-label={column.showsLabel ? column.header : undefined}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
