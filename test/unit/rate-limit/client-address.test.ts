import { describe, expect, it } from 'vitest';
import { toAddressKey } from '../../../src/rate-limit/client-address.ts';

describe('the key of a client address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('of %s is %s', (header, key) => {
    expect(toAddressKey(header)).toBe(key);
  });

  it('is local without the header, which only the platform sets', () => {
    expect(toAddressKey(undefined)).toBe('local');
  });

  it.each([
    '',
    'nonsense',
    '1.2.3.4, 5.6.7.8',
    '[::1]',
    '::1]@evil',
    'fe80::1%eth0',
    '1:2:3',
    ':'.repeat(60),
  ])('is one for everything that is no address: %j', (header) => {
    expect(toAddressKey(header)).toBe('unknown');
  });
});
