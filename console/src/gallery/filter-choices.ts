import { FORMATS, SIZES } from '../api/types.ts';
import type { Facets, Image, ImageFilter, Job } from '../api/types.ts';
import { formatTime } from '../format.ts';
import { t } from '../strings.ts';
import type { FilterPart } from './filter.ts';

export interface Choice {
  value: string;
  label: string;
}

/** What a project's images can be told apart by; null until it is read. */
export interface FilterSources {
  facets: Facets | null;
  jobs: readonly Job[] | null;
}

/** The name of a licence by its code, such as "CC BY-SA" for `cc-by-sa`. */
export function licenseName(code: string): string {
  const known: Readonly<Record<string, string>> = t.filter.licenses;
  return known[code] ?? code.toUpperCase().replace(/^CC-/, 'CC ');
}

function nameOf(part: FilterPart, value: string, { jobs }: FilterSources): string {
  switch (part) {
    case 'review':
      return byValue(t.filter.review, value);
    case 'size':
      return byValue(t.filter.sizes, value);
    case 'format':
      return byValue(t.options.formatNames, value);
    case 'license':
      return licenseName(value);
    case 'jobId': {
      const job = jobs?.find(({ id }) => id === value);
      return job ? t.imports.name(formatTime(job.createdAt), job.total) : t.filter.otherImport;
    }
    default:
      return value;
  }
}

function byValue(names: Readonly<Record<string, string>>, value: string): string {
  return names[value] ?? value;
}

function valuesOf(part: FilterPart, { facets, jobs }: FilterSources): readonly string[] {
  switch (part) {
    case 'review':
      return ['keep', 'reject', 'undecided'];
    case 'size':
      return SIZES;
    case 'format':
      return FORMATS;
    case 'label':
      return facets?.labels ?? [];
    case 'tag':
      return facets?.tags ?? [];
    case 'host':
      return facets?.hosts ?? [];
    case 'license':
      return facets && facets.licenses.length > 0 ? [...new Set([...facets.licenses, 'none'])] : [];
    case 'jobId':
      return jobs?.map(({ id }) => id) ?? [];
  }
}

/**
 * What a part of the filter can be set to. What it is set to is always among it: the address may name what the lists
 * leave out.
 */
export function choicesOf(part: FilterPart, filter: ImageFilter, sources: FilterSources): Choice[] {
  const values = valuesOf(part, sources);
  const current = filter[part];
  const all = current === undefined || values.includes(current) ? values : [current, ...values];
  return all.map((value) => ({ value, label: nameOf(part, value, sources) }));
}

/** Whether the filters lack a label or a tag of reviewed images; null are images that an event does not list. */
export function lacksOf(
  facets: Facets | null,
  images: readonly Pick<Image, 'label' | 'tags'>[] | null,
): boolean {
  if (!facets || !images) return true;
  return images.some(
    ({ label, tags }) =>
      (label !== null && !facets.labels.includes(label)) || tags.some((tag) => !facets.tags.includes(tag)),
  );
}
