import { describe, expect, it } from 'vitest';
import { pickLocale } from '../../../console/src/format.ts';

describe('the locale of numbers and dates', () => {
  it('is the first language that Intl understands', () => {
    expect(pickLocale(['de-CH', 'en'])).toBe('de-CH');
  });

  it('passes over what a browser under the C locale calls itself', () => {
    expect(pickLocale(['en-US@posix', 'fr'])).toBe('fr');
    expect(pickLocale(['en-US@posix'])).toBe('en');
    expect(pickLocale([])).toBe('en');
  });
});
