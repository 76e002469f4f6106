import { FORMATS, SIZES, isReview } from '../api/types.ts';
import type { ImageFilter } from '../api/types.ts';

/** The parts of a filter, in the order in which they stand in the address and in the bar. */
export const FILTER_PARTS = [
  'review',
  'label',
  'tag',
  'jobId',
  'host',
  'size',
  'format',
  'license',
] as const satisfies readonly (keyof ImageFilter)[];

export type FilterPart = (typeof FILTER_PARTS)[number];

/** The names in the address; `job` reads better than the member of the API. */
const PARAMETERS: Readonly<Record<FilterPart, string>> = {
  review: 'review',
  label: 'label',
  tag: 'tag',
  jobId: 'job',
  host: 'host',
  size: 'size',
  format: 'format',
  license: 'license',
};

/** Longer than any label, tag, host or id; what is longer was not written by the console. */
const MAX_VALUE_LENGTH = 253;

function isKnown(part: FilterPart, value: string): boolean {
  if (part === 'review') return isReview(value);
  if (part === 'size') return SIZES.some((size) => size === value);
  if (part === 'format') return FORMATS.some((format) => format === value);
  return value.trim() !== '' && value.length <= MAX_VALUE_LENGTH;
}

/** The filter that a query names. Unknown parts and values are ignored, as an old or mistyped link may have them. */
export function readFilter(search: string): ImageFilter {
  const query = new URLSearchParams(search);
  return FILTER_PARTS.reduce<ImageFilter>(
    (filter, part) => withPart(filter, part, query.get(PARAMETERS[part])),
    {},
  );
}

/** The filter with one part set, or without it for null and for a value that cannot be. */
export function withPart(filter: ImageFilter, part: FilterPart, value: string | null): ImageFilter {
  const { [part]: _, ...rest } = filter;
  return value !== null && isKnown(part, value) ? { ...rest, [part]: value } : rest;
}

/** The filter as the query of an address, with its `?`; empty without a filter. One filter has one query. */
export function filterSearch(filter: ImageFilter): string {
  const query = new URLSearchParams();
  for (const part of FILTER_PARTS) {
    const value = filter[part];
    if (value !== undefined) query.set(PARAMETERS[part], value);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export function isFiltered(filter: ImageFilter): boolean {
  return FILTER_PARTS.some((part) => filter[part] !== undefined);
}
