import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { chooseAddress } from '../../../dev/share/address.ts';

function inNetwork(address: string, internal = false): NetworkInterfaceInfo[] {
  const base = { address, internal, netmask: '255.255.255.0', mac: '00:00:00:00:00:01', cidr: null };
  return [{ ...base, family: 'IPv4' }];
}

const laptop = {
  lo: inNetwork('127.0.0.1', true),
  docker0: inNetwork('172.17.0.1'),
  wlan0: inNetwork('192.168.1.7'),
};

describe('the address to share on', () => {
  it('is that of a real network before that of a virtual one', () => {
    expect(chooseAddress('', laptop)).toBe('192.168.1.7');
    expect(chooseAddress('', { docker0: laptop.docker0 })).toBe('172.17.0.1');
  });

  it('is the one asked for, when this machine has it or it is loopback', () => {
    expect(chooseAddress('172.17.0.1', laptop)).toBe('172.17.0.1');
    expect(chooseAddress('127.0.0.2', laptop)).toBe('127.0.0.2');
  });

  it.each(['203.0.113.9', '172.32.0.1', '8.8.8.8'])(
    'is never %s, which the internet can reach',
    (address) => {
      const server = { eth0: inNetwork(address) };
      expect(() => chooseAddress('', server)).toThrow('no private IPv4 address');
      expect(() => chooseAddress(address, server)).toThrow('not a private address of this machine');
    },
  );

  it.each(['0.0.0.0', '192.168.1.8'])('is refused when it is %s, with those that there are', (address) => {
    expect(() => chooseAddress(address, laptop)).toThrow('192.168.1.7 (wlan0)');
  });

  it.each(['', '10.9.8.7', 'laptop.local'])(
    'is a network to connect to, or loopback, on a machine that is in none and was asked for "%s"',
    (address) => {
      const alone = { lo: laptop.lo };
      expect(() => chooseAddress(address, alone)).toThrow(
        /Connect to a network, or try it on this machine with `npm start -- --share=127\.0\.0\.1`\.$/,
      );
      expect(() => chooseAddress(address, alone)).not.toThrow('ADDRESS');
      expect(chooseAddress('127.0.0.1', alone)).toBe('127.0.0.1');
    },
  );

  it.each(['laptop.local', '::1', '192.168.1'])('is refused when it reads %s', (address) => {
    expect(() => chooseAddress(address, laptop)).toThrow('is not an IPv4 address');
  });
});
