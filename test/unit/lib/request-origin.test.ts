import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readOrigin } from '../../../src/lib/request-origin.ts';

it.each([
  'https://darkroom.example/v1/projects',
  'http://127.0.0.1:8787/',
  'http://[::1]:8787/?next=https://other.example:1/',
  'https://[2001:db8::1]/',
  'https://darkroom.example:8443/a:1/b?c=:2#:3',
  'https://darkroom.example/@other.example:99/',
  'https://ada@darkroom.example:444/',
  'https://ada:secret@darkroom.example/',
])('reads scheme, host and port of %s as a URL parser does', (url) => {
  const { protocol, hostname, port } = new URL(url);
  expect(readOrigin(url)).toEqual({ protocol, hostname, port });
});

it('agrees with a URL parser about every address', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (text) => {
      const { href, protocol, hostname, port } = new URL(text);
      expect(readOrigin(href)).toEqual({ protocol, hostname, port });
    }),
  );
});
