import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardAddress, isAddress, isPublicAddress } from '../../../src/crawl/address-guard.ts';

function judge(address: string, allowedOrigins: string[] = [], ownHost?: string): string {
  const verdict = guardAddress(new URL(address), allowedOrigins, ownHost);
  return verdict.ok ? 'ok' : verdict.reason;
}

/** First address, prefix length: the ranges of the IANA special-purpose registry that are not global. */
const RESERVED = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map((range) => {
  const [address = '', prefix = ''] = range.split('/');
  const first = address.split('.').reduce((value, part) => value * 256 + Number(part), 0);
  return { range, first, last: first + 2 ** (32 - Number(prefix)) - 1 };
});

/** A number as WHATWG takes it: decimal, octal or hexadecimal. */
function spell(value: number, base: number): string {
  return base === 10 ? String(value) : (base === 8 ? '0' : '0x') + value.toString(base);
}

/** An IPv4 address in 1 to 4 parts, the last of which holds what is left; each part in a base of its own. */
function spellAddress(address: number, parts: number, bases: number[]): string {
  const head = Array.from({ length: parts - 1 }, (_, n) => Math.floor(address / 256 ** (3 - n)) % 256);
  const rest = address % 256 ** (5 - parts);
  return [...head, rest].map((part, n) => spell(part, bases[n] ?? 10)).join('.');
}

const bases = fc.array(fc.constantFrom(8, 10, 16), { minLength: 4, maxLength: 4 });

describe('the address guard', () => {
  it.each([
    'http://0177.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://127.1/',
    'http://0/',
    'http://169.254.169.254/latest/meta-data',
    'http://１２７.0.0.1/',
    'http://127.0.0.1./',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:7f00:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001::1]/',
    'http://[2001:db8::1]/',
    'http://[2001:2::1]/',
    'http://[2001:10::1]/',
    'http://[3fff::1]/',
    'http://[100::1]/',
    'http://[::]:8080/',
    'http://[::ffff:8.8.8.8]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[fc00::1]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://localhost/',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://printer/',
    'http://a.localhost/',
    'http://printer.local/',
    'http://metadata.google.internal/',
    'http://router.home.arpa/',
    'http://example.org./',
    'http://127.0.0.1.nip.io/',
    'http://nip.io/',
    'http://7f000001.sslip.io/',
    'http://app.localtest.me/',
    'http://site.onion/',
  ])('refuses %s as private', (address) => {
    expect(judge(address)).toBe('private_address');
  });

  it.each([
    'ftp://example.org/',
    'file:///etc/passwd',
    'http://u@example.org/',
    'http://:p@example.org/',
    'http://example.org:22/',
    'https://example.org:6379/',
  ])('refuses %s by policy', (address) => {
    expect(judge(address)).toBe('policy');
  });

  it.each([
    'http://example.org/',
    'https://example.org:443/a.jpg',
    'http://example.org:8080/',
    'https://example.org:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://[2001:4860:4860::8888]/',
    'https://[2001:200::1]/',
    'https://[3ffe::1]/',
    'https://mylocal.example/',
    'https://snip.io/',
    'https://internal.example.org/',
  ])('lets %s through', (address) => {
    expect(judge(address)).toBe('ok');
  });

  it('refuses every address of every reserved range, however it is spelled', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RESERVED),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 4 }),
        bases,
        ({ first, last }, place, parts, spelling) => {
          const address = first + Math.round((last - first) * place);
          expect(judge(`http://${spellAddress(address, parts, spelling)}/`)).toBe('private_address');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('refuses both ends of every reserved range and lets the addresses beside it through', () => {
    const isReserved = (address: number) =>
      RESERVED.some(({ first, last }) => address >= first && address <= last);
    for (const { first, last } of RESERVED) {
      for (const address of [first - 1, first, last, last + 1]) {
        if (address < 0 || address > 0xffffffff) continue;
        const text = spellAddress(address, 4, []);
        expect([text, judge(`http://${text}/`)]).toEqual([
          text,
          isReserved(address) ? 'private_address' : 'ok',
        ]);
      }
    }
  });

  it('refuses an IPv4 address inside any form of IPv6', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'),
        (address, prefix) => {
          expect(judge(`http://[${prefix}${spellAddress(address, 4, [])}]/`)).toBe('private_address');
        },
      ),
    );
  });

  it('allows the origins it is told, and nothing beside them', () => {
    const allowed = ['http://127.0.0.1:4000'];
    expect(judge('http://127.0.0.1:4000/a.jpg', allowed)).toBe('ok');
    expect(judge('http://127.0.0.1:4001/a.jpg', allowed)).toBe('policy');
    expect(judge('https://127.0.0.1:4000/a.jpg', allowed)).toBe('policy');
    expect(judge('http://127.0.0.1/a.jpg', allowed)).toBe('private_address');
    expect(judge('http://u:p@127.0.0.1:4000/a.jpg', allowed)).toBe('policy');
  });

  it('does not fetch from itself, nor from names below its own', () => {
    const ownHost = 'Darkroom.museum.org';
    for (const host of ['darkroom.museum.org', 'DARKROOM.museum.org:8443', 'media.darkroom.museum.org']) {
      expect([host, judge(`https://${host}/p/1`, [], ownHost)]).toEqual([host, 'policy']);
    }
    for (const host of ['museum.org', 'mydarkroom.museum.org', 'darkroom.museum.org.example']) {
      expect([host, judge(`https://${host}/`, [], ownHost)]).toEqual([host, 'ok']);
    }
    expect(judge('http://127.0.0.1:8788/', ['http://127.0.0.1:8788'], '127.0.0.1')).toBe('ok');
  });
});

describe('a public address', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '2606:4700::1111',
    '[2606:4700::1111]',
    '2606:4700:0:0:0:0:0:1111',
    '2A00:1450:4001::8.8.8.8',
  ])('is %s', (text) => expect(isPublicAddress(text)).toBe(true));

  it.each([
    '10.1.2.3',
    '127.0.0.1',
    '::1',
    '::',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '2001::1',
    '2001:1ff:ffff::1',
    '2001:db8::1',
    '3fff:fff::1',
    'fe80::1%eth0',
    'fd00::1',
    '4000::1',
  ])('is not %s', (text) => expect(isPublicAddress(text)).toBe(false));

  it.each([
    '',
    'example.org',
    '8.8.8',
    '8.8.8.8.',
    '8..8.8',
    '8.8.8.256',
    '8.8.8.8 ',
    '0x8.8.8.8',
    ':2606::1',
    '2606:::1',
    '2606::1::1',
    '2606:4700:1:2:3:4:5',
    '2606:4700:1:2:3:4:5:6:7',
    '2606:4700:1:2:3:4:5:6::',
    '2606:47000::1',
    '2606:4700::8.8.8',
    '2606::8.8.8.8:1',
    '[2606::1',
    '2606::1]',
    '2606::g',
  ])('is not %j, which is none', (text) => expect(isPublicAddress(text)).toBe(false));

  it('is told as the platform tells it, whatever its spelling', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), fc.nat(7), fc.nat(7), (groups, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const short = `${groups.slice(0, from).join(':')}::${groups.slice(to + 1).join(':')}`;
        expect(isPublicAddress(short)).toBe(isPublicAddress(new URL(`http://[${short}]/`).hostname));
      }),
    );
  });

  it('is never looked up', () => {
    expect(['8.8.8.8', '[::1]', '127.0.0.1'].map(isAddress)).toEqual([true, true, true]);
    expect(['8.8.8.8.example', 'a.b.c.d', '1.2.3', 'ffff'].map(isAddress)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
