import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry, type Entry } from '../../../src/cache/entry.ts';

const entry = (value: unknown): Entry<unknown> => ({
  readAt: { epoch: 2, xid: 9_223_372_036_854_775_807n },
  storedAt: 1_000,
  freshUntil: 2_000,
  staleUntil: 3_000,
  value,
});
const encode = async (one: Entry<unknown>) => await encodeEntry(one, JSON.stringify(one.value));
const asIs = (value: unknown) => value;

describe('an entry', () => {
  it.each([
    ['a short value', { name: 'a\nb|c', count: 3 }],
    ['a long value', { text: 'ä'.repeat(2_000) + 'b'.repeat(3_000) }],
    ['the knowledge that there is nothing', null],
    ['an empty text', ''],
  ])('comes back as it was with %s', async (_name, value) => {
    expect(await decodeEntry(await encode(entry(value)), asIs)).toEqual(entry(value));
  });

  it('takes less room when it is long', async () => {
    expect((await encode(entry('abc '.repeat(5_000)))).length).toBeLessThan(1_000);
  });

  it.each([
    '',
    '\n',
    'null',
    '1.5 1 2 3 json',
    '1.5 1 2 3 json\n{"broken"',
    '1.5 1 2 3 gzip\n"not base64 of gzip"',
    '1.5 1 2 3 zip\n{}',
    '0.5 1 2 3 json\n{}',
    '1.5 1 2 json\n{}',
    `1.${2n ** 64n} 1 2 3 json\n{}`,
  ])('is none in %j', async (text) => {
    expect(await decodeEntry(text, asIs)).toBeNull();
  });

  it('is none when its value is not of the namespace', async () => {
    const refuse = () => {
      throw new TypeError('of another version');
    };
    expect(await decodeEntry(await encode(entry({ old: true })), refuse)).toBeNull();
  });
});
