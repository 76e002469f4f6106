import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import * as der from './der.ts';

const DAY_MS = 86_400_000;
/** Apple's systems refuse certificates that are good for longer than 398 days. */
const LIFETIME_MS = 397 * DAY_MS;
/** The second device's clock may be behind. */
const BACKDATED_MS = DAY_MS;

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
/** The tag of an IP address among alternative names (RFC 5280, 4.2.1.6). */
const IP_ADDRESS = 7;

export interface CertifiedKey {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

function extension(id: string, isCritical: boolean, value: Uint8Array): Buffer {
  const parts = isCritical ? [der.trueValue()] : [];
  return der.sequence(der.objectId(id), ...parts, der.octetString(value));
}

/**
 * A new P-256 key with a certificate for one IPv4 address, signed by itself (RFC 5280). It can sign nothing else: also on
 * a device that was told to trust it, it stands for this address alone. Node makes keys and signatures; the bytes
 * between are few enough to write here.
 */
export function makeCertificate(address: string, now: Date): CertifiedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = der.sequence(der.objectId(ECDSA_WITH_SHA256));
  const name = der.sequence(
    der.set(der.sequence(der.objectId(COMMON_NAME), der.utf8String(`Darkroom at ${address}`))),
  );
  const validity = der.sequence(
    der.time(new Date(now.getTime() - BACKDATED_MS)),
    der.time(new Date(now.getTime() - BACKDATED_MS + LIFETIME_MS)),
  );
  const ip = Buffer.from(address.split('.').map(Number));
  const extensions = der.sequence(
    // An empty sequence: no authority.
    extension(BASIC_CONSTRAINTS, true, der.sequence()),
    // digitalSignature, the first of nine bits.
    extension(KEY_USAGE, true, der.bitString(Buffer.from([0x80]), 7)),
    extension(EXTENDED_KEY_USAGE, false, der.sequence(der.objectId(SERVER_AUTHENTICATION))),
    extension(SUBJECT_ALTERNATIVE_NAME, false, der.sequence(der.implicit(IP_ADDRESS, ip))),
  );
  const body = der.sequence(
    // Version 3, counted from 0.
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(randomBytes(16)),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, extensions),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = new X509Certificate(der.sequence(body, algorithm, der.bitString(signature)));
  return {
    certificate: certificate.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** What browsers show of a certificate: SHA-256 in pairs of hexadecimal digits. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}
