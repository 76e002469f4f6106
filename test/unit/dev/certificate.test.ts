import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf, makeCertificate } from '../../../dev/share/certificate.ts';
import * as der from '../../../dev/share/der.ts';
import { isUsable, keepCertificate } from '../../../dev/share/kept-certificate.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

describe('a certificate made here', () => {
  const made = makeCertificate('192.168.1.7', NOW);
  const certificate = new X509Certificate(made.certificate);

  it('is signed by its own key and names the address, and no other', () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
    expect(certificate.subjectAltName).toBe('IP Address:192.168.1.7');
    expect(certificate.checkIP('192.168.1.8')).toBeUndefined();
  });

  it('can certify nothing but a server', () => {
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('is good from a day ago for no longer than browsers accept', () => {
    expect(certificate.validFromDate).toEqual(later(-1));
    expect(certificate.validToDate).toEqual(later(396));
  });

  it('is another one each time, with its own fingerprint', () => {
    const other = makeCertificate('192.168.1.7', NOW);
    expect(fingerprintOf(other.certificate)).not.toBe(fingerprintOf(made.certificate));
    expect(fingerprintOf(made.certificate)).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });
});

describe('DER', () => {
  const hex = (bytes: Buffer) => bytes.toString('hex');

  it('writes lengths in the short form up to 127 and in as few bytes as can be above', () => {
    expect(hex(der.octetString(Buffer.alloc(127)).subarray(0, 3))).toBe('047f00');
    expect(hex(der.octetString(Buffer.alloc(128)).subarray(0, 3))).toBe('048180');
    expect(hex(der.octetString(Buffer.alloc(256)).subarray(0, 4))).toBe('04820100');
  });

  it.each([
    ['00', '020100'],
    ['0000', '020100'],
    ['7f', '02017f'],
    ['80', '02020080'],
    ['0080', '02020080'],
    ['000001', '020101'],
  ])('writes the number %s as %s', (bytes, expected) => {
    expect(hex(der.integer(Buffer.from(bytes, 'hex')))).toBe(expected);
  });

  it('writes the arcs of an identifier in base 128', () => {
    expect(hex(der.objectId('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302');
  });

  it('writes years from 2050 on with four digits', () => {
    expect(der.time(new Date('2049-12-31T23:59:59.9Z')).toString('latin1', 2)).toBe('491231235959Z');
    expect(der.time(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2)).toBe('20500101000000Z');
  });
});

describe('the kept certificate', () => {
  let dataDir = '';
  beforeEach(() => (dataDir = mkdtempSync(path.join(tmpdir(), 'darkroom-certificate-'))));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));
  const keep = (address: string, now: Date) => keepCertificate(dataDir, address, now);

  it('stays the same for its address until a month before its end', () => {
    const { fingerprint } = keep('10.0.0.5', NOW);
    expect(keep('10.0.0.5', later(365)).fingerprint).toBe(fingerprint);
    expect(keep('10.0.0.5', later(367)).fingerprint).not.toBe(fingerprint);
  });

  it('is made anew for another address, and in place of one that is damaged', () => {
    const { fingerprint, keyPath } = keep('10.0.0.5', NOW);
    const other = keep('10.0.0.6', NOW).fingerprint;
    expect(other).not.toBe(fingerprint);
    writeFileSync(keyPath, makeCertificate('10.0.0.6', NOW).key);
    expect(keep('10.0.0.6', NOW).fingerprint).not.toBe(other);
    writeFileSync(keyPath, 'half a key');
    expect(isUsable({ certificate: 'nothing', key: 'nothing' }, '10.0.0.6', NOW)).toBe(false);
    expect(keep('10.0.0.6', NOW).keyPath).toBe(keyPath);
  });

  it('has a key that its owner alone can read', () => {
    const { keyPath } = keep('10.0.0.5', NOW);
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(keyPath)).mode & 0o777).toBe(0o700);
  });
});
