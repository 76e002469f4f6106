import type { ImageFormat } from '../../../src/media/image/types.ts';
import type { JobOptions } from '../api/types.ts';
import { t } from '../strings.ts';

/** What is typed and chosen, as it stands in the form. */
export interface OptionsForm {
  minWidth: string;
  minHeight: string;
  maxAspect: string;
  maxMegabytes: string;
  maxImages: string;
  /** None chosen means all. */
  formats: readonly ImageFormat[];
}

type NumberField = Exclude<keyof OptionsForm, 'formats'>;

interface Range {
  least: number;
  most: number;
  isWhole: boolean;
}

/** As the API takes them; file sizes in megabytes of 10^6 bytes. */
const RANGES: Record<NumberField, Range> = {
  minWidth: { least: 1, most: 16_384, isWhole: true },
  minHeight: { least: 1, most: 16_384, isWhole: true },
  maxAspect: { least: 1, most: 1_000, isWhole: false },
  maxMegabytes: { least: 0.1, most: 10, isWhole: false },
  maxImages: { least: 1, most: 100_000, isWhole: true },
};
const BYTES_PER_MEGABYTE = 1_000_000;

export const NO_OPTIONS: OptionsForm = {
  minWidth: '',
  minHeight: '',
  maxAspect: '',
  maxMegabytes: '',
  maxImages: '',
  formats: [],
};

/** A number in its range, with a point or a comma: undefined for an empty text, null for anything else. */
function parseNumber(text: string, { least, most, isWhole }: Range): number | undefined | null {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (!(isWhole ? /^\d{1,6}$/ : /^\d{1,4}([.,]\d{1,2})?$/).test(trimmed)) return null;
  const value = Number(trimmed.replace(',', '.'));
  return value >= least && value <= most ? value : null;
}

interface ParsedOptions {
  /** Only what was asked for and is in its range. */
  options: JobOptions;
  /** What to correct, by field. */
  errors: Partial<Record<NumberField, string>>;
}

/** The form as the API takes it. */
export function parseOptions(form: OptionsForm): ParsedOptions {
  const errors: ParsedOptions['errors'] = {};
  const read = (field: NumberField): number | undefined => {
    const range = RANGES[field];
    const value = parseNumber(form[field], range);
    if (value !== null) return value;
    const words = range.isWhole ? t.options.badNumber : t.options.badDecimal;
    errors[field] = words(range.least, range.most);
    return undefined;
  };
  const megabytes = read('maxMegabytes');
  const given: JobOptions = {
    minWidth: read('minWidth'),
    minHeight: read('minHeight'),
    maxAspect: read('maxAspect'),
    maxBytes: megabytes === undefined ? undefined : Math.round(megabytes * BYTES_PER_MEGABYTE),
    maxImages: read('maxImages'),
    formats: form.formats.length === 0 ? undefined : form.formats,
  };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { options, errors };
}
