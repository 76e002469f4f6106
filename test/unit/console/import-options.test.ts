import { describe, expect, it } from 'vitest';
import { createJobBody } from '../../../src/routes/job/schema.ts';
import { describeOptions } from '../../../console/src/import-options/describe-options.ts';
import { NO_OPTIONS, parseOptions } from '../../../console/src/import-options/parse-options.ts';
import type { OptionsForm } from '../../../console/src/import-options/parse-options.ts';

const parse = (form: Partial<OptionsForm>) => parseOptions({ ...NO_OPTIONS, ...form });
const isAccepted = (options: object) =>
  createJobBody().safeParse({ kind: 'sitemap', sitemap: 'https://a.example/', options }).success;

describe('what images must be like', () => {
  it('is nothing when the form is empty', () => {
    expect(parse({})).toEqual({ options: {}, errors: {} });
    expect(parse({ minWidth: '  ' })).toEqual({ options: {}, errors: {} });
  });

  it('is read from numbers with a point or a comma', () => {
    const { options } = parse({
      minWidth: ' 640 ',
      minHeight: '480',
      maxAspect: '2,5',
      maxMegabytes: '1.5',
      maxImages: '500',
      formats: ['jpeg', 'webp'],
    });
    expect(options).toEqual({
      minWidth: 640,
      minHeight: 480,
      maxAspect: 2.5,
      maxBytes: 1_500_000,
      maxImages: 500,
      formats: ['jpeg', 'webp'],
    });
    expect(isAccepted(options)).toBe(true);
  });

  it.each([
    ['minWidth', '16384', '16385'],
    ['minHeight', '1', '0'],
    ['maxAspect', '1', '0.9'],
    ['maxAspect', '1000', '1000.5'],
    ['maxMegabytes', '10', '10.1'],
    ['maxMegabytes', '0.1', '0'],
    ['maxImages', '100000', '100001'],
  ] as const)('goes as far as the service does: %s takes %s and not %s', (field, good, bad) => {
    const { options, errors } = parse({ [field]: good });
    expect(errors).toEqual({});
    expect(Object.keys(options)).toHaveLength(1);
    expect(isAccepted(options)).toBe(true);
    expect(Object.keys(parse({ [field]: bad }).errors)).toEqual([field]);
  });

  it.each(['-5', '1.5', 'big', '1e3', '0x10', '9999999'])('refuses %s as a width', (minWidth) => {
    const { options, errors } = parse({ minWidth });
    expect(options).toEqual({});
    expect(errors.minWidth).toMatch(/whole number from 1 to 16,384/);
  });
});

describe('the words for it', () => {
  it('are none without demands', () => {
    expect(describeOptions({})).toBe('');
  });

  it('name each demand', () => {
    expect(describeOptions({ formats: ['jpeg', 'avif'], minWidth: 640 })).toBe(
      'Only JPEG or AVIF and at least 640 px wide.',
    );
    expect(describeOptions({ maxImages: 500 })).toBe('Stops after 500 images.');
    expect(describeOptions({ maxBytes: 1_500_000, maxImages: 1 })).toBe(
      'Only at most 1.5 MB. Stops after 1 image.',
    );
  });
});
