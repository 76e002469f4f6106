import { canonicalUrl } from '../../canonical-url.ts';
import { hasImageExtension } from '../image-url.ts';
import type { Cells } from './records.ts';

/** The columns that are read: by the name in the header or of the JSON field, or by number from 0. */
export interface ListColumns {
  url: string | number;
  alt: string | number | null;
  caption: string | number | null;
  license: string | number | null;
}

/** One column of a list, to choose from. */
export interface ListColumn {
  key: string | number;
  name: string | null;
  samples: string[];
  /** The part of the values in the sample that are addresses, 0 to 1. */
  urlShare: number;
}

const SAMPLES = 3;
const SAMPLE_LENGTH = 200;

const NAMES = {
  url: /^(?:(?:image|img|photo|picture|file|media|content|download)[ _-]?)?(?:urls?|uri|link|src|href|address|path)$|^(?:image|img|photo|picture)$/i,
  image: /image|img|photo|picture/i,
  alt: /^alt(?:[ _-]?text)?$|^alternative[ _-]text$/i,
  caption: /^(?:image[ _-]?)?(?:caption|text|title|description|prompt)$/i,
  license: /^(?:image[ _-]?)?licen[sc]e(?:[ _-]?(?:url|uri|link))?$/i,
  /** Addresses, but not of images. */
  other:
    /(?:^|[ _-])(?:page|source|referrer|origin|licen[sc]e|author|creator|profile|thumb(?:nail)?)(?:[ _-]|$)/i,
};

/** Whether a header may call the column of addresses so. */
export function isUrlName(name: string): boolean {
  return NAMES.url.test(name.trim());
}

/** A column before it is judged: where its cells are, and how it is called. */
export interface ColumnName {
  cell: string;
  key: string | number;
  name: string | null;
}

interface Scored {
  column: ListColumn;
  score: number;
}

/**
 * Describes the columns of a sample and chooses those to read: of addresses the one with the most, with a
 * preference for image files and for names that say so; the others by their names.
 */
export function chooseColumns(
  records: readonly Cells[],
  names: readonly ColumnName[],
): { columns: ListColumn[]; chosen: ListColumns } {
  const scored = names.map((name) => scoreColumn(name, records));
  const columns = scored.map(({ column }) => column);
  const best = scored.reduce<Scored | null>(
    (best, next) => (best && best.score >= next.score ? best : next),
    null,
  );
  const url = best?.column.key ?? 0;
  const named = (pattern: RegExp) =>
    columns.find(({ key, name }) => key !== url && name !== null && pattern.test(name))?.key ?? null;
  return {
    columns,
    chosen: { url, alt: named(NAMES.alt), caption: named(NAMES.caption), license: named(NAMES.license) },
  };
}

function scoreColumn({ cell, key, name }: ColumnName, records: readonly Cells[]): Scored {
  const values = records.map((cells) => cells.get(cell)?.trim() ?? '').filter((value) => value !== '');
  const urls = values.map(canonicalUrl).filter((url) => url !== null);
  const shareOf = (count: number) => (values.length === 0 ? 0 : count / values.length);
  const urlShare = shareOf(urls.length);
  const imageShare = shareOf(urls.filter(hasImageExtension).length);
  const samples = values.slice(0, SAMPLES).map((value) => value.slice(0, SAMPLE_LENGTH));
  return { column: { key, name, samples, urlShare }, score: 2 * urlShare + imageShare + hintOf(name ?? '') };
}

function hintOf(name: string): number {
  if (NAMES.other.test(name)) return -0.5;
  if (!isUrlName(name)) return 0;
  return NAMES.image.test(name) ? 0.75 : 0.5;
}
