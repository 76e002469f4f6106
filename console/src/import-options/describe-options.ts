import type { JobOptions } from '../api/types.ts';
import { t } from '../strings.ts';

const both = new Intl.ListFormat('en', { type: 'conjunction' });
const either = new Intl.ListFormat('en', { type: 'disjunction' });

function formatName(format: string): string {
  const names: Readonly<Record<string, string>> = t.options.formatNames;
  return Object.hasOwn(names, format) ? (names[format] ?? format) : format;
}

/** What an import asks of its images, such as "Only JPEG or PNG and at least 640 px wide."; empty without demands. */
export function describeOptions(options: JobOptions): string {
  const words = t.options;
  const { minWidth, minHeight, maxAspect, maxBytes, maxImages, formats } = options;
  const parts = [
    formats && formats.length > 0 ? either.format(formats.map(formatName)) : '',
    minWidth === undefined ? '' : words.atLeastWidth(minWidth),
    minHeight === undefined ? '' : words.atLeastHeight(minHeight),
    maxAspect === undefined ? '' : words.atMostAspect(maxAspect),
    maxBytes === undefined ? '' : words.atMostBytes(maxBytes),
  ].filter((part) => part !== '');
  const sentences = [
    parts.length === 0 ? '' : words.only(both.format(parts)),
    maxImages === undefined ? '' : words.stopsAfter(maxImages),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}
