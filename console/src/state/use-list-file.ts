import { useEffect, useState } from 'preact/hooks';
import { previewList } from '../../../src/crawl/discover/read-list.ts';
import type { ListPreview } from '../../../src/crawl/discover/read-list.ts';
import type { ListShape } from '../../../src/crawl/discover/list/shape.ts';
import { problemOf } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import { entryOf } from '../import-list/list-entry.ts';
import type { ListEntry } from '../import-list/list-entry.ts';
import { readHead, readRows } from '../import-list/read-rows.ts';
import { NOT_SCANNED, addToScan } from '../import-list/scan-list.ts';
import type { ListScan } from '../import-list/scan-list.ts';
import type { ListSource } from './use-list-import.ts';

/** More often would only make the figures flicker. */
const REPORT_MS = 100;

/** A list file, what was found out about it, and how it is to be read. */
export interface ListFile {
  file: File | null;
  /** Null until the beginning was looked at. */
  preview: ListPreview | null;
  scan: ListScan;
  problem: Problem | null;
  choose: (file: File) => void;
  remove: () => void;
  /** Takes the addresses from another column: its key in the preview. */
  chooseColumn: (key: string | number) => void;
  /** Null until the whole file was checked. */
  source: ListSource | null;
}

async function* entriesOf(file: File, shape: ListShape, signal: AbortSignal): AsyncGenerator<ListEntry[]> {
  for await (const { rows } of readRows(file, shape, signal)) yield rows.flatMap(entryOf);
}

function withUrlColumn(shape: ListShape, url: string | number): ListShape {
  const { alt, caption, license } = shape.columns;
  const unless = (key: string | number | null) => (key === url ? null : key);
  return {
    ...shape,
    columns: { url, alt: unless(alt), caption: unless(caption), license: unless(license) },
  };
}

/** Reads a chosen list file through once, to tell what it holds before anything is sent. */
export function useListFile(): ListFile {
  const [file, setFile] = useState<File | null>(null);
  const [head, setHead] = useState<Uint8Array | null>(null);
  const [preview, setPreview] = useState<ListPreview | null>(null);
  const [scan, setScan] = useState(NOT_SCANNED);
  const [problem, setProblem] = useState<Problem | null>(null);
  const shape = preview?.shape ?? null;

  const choose = (chosen: File | null) => {
    setFile(chosen);
    setHead(null);
    setPreview(null);
    setScan(NOT_SCANNED);
    setProblem(null);
  };

  useEffect(() => {
    if (!file) return;
    const abort = new AbortController();
    const look = async () => {
      const bytes = await readHead(file);
      if (abort.signal.aborted) return;
      setHead(bytes);
      setPreview(previewList(bytes, { name: file.name }));
    };
    look().catch((error: unknown) => {
      if (!abort.signal.aborted) setProblem(problemOf(error));
    });
    return () => abort.abort();
  }, [file]);

  useEffect(() => {
    if (!file || !shape) return;
    const abort = new AbortController();
    const read = async () => {
      let found = NOT_SCANNED;
      let reportedAt = performance.now();
      for await (const { rows, readBytes } of readRows(file, shape, abort.signal)) {
        found = addToScan(found, rows, readBytes);
        if (performance.now() - reportedAt < REPORT_MS) continue;
        reportedAt = performance.now();
        setScan(found);
      }
      setScan({ ...found, isDone: true });
    };
    setScan(NOT_SCANNED);
    read().catch((error: unknown) => {
      if (!abort.signal.aborted) setProblem(problemOf(error));
    });
    return () => abort.abort();
  }, [file, shape]);

  return {
    file,
    preview,
    scan,
    problem,
    choose: (chosen) => choose(chosen),
    remove: () => choose(null),
    chooseColumn: (key) => {
      if (head && shape) setPreview(previewList(head, withUrlColumn(shape, key)));
    },
    source:
      file && shape && scan.isDone
        ? { total: scan.ready, batches: (signal) => entriesOf(file, shape, signal) }
        : null,
  };
}
