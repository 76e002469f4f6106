import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fingerprintOf, makeCertificate, type CertifiedKey } from './certificate.ts';

/** A certificate that ends sooner is replaced at the start, rather than under a stack that runs for days. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

export interface KeptCertificate {
  certificatePath: string;
  keyPath: string;
  fingerprint: string;
}

/** Whether a certificate can serve this address for some time; parts that do not fit together cannot. */
export function isUsable({ certificate, key }: CertifiedKey, address: string, now: Date): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    return (
      parsed.checkIP(address) !== undefined &&
      parsed.checkPrivateKey(createPrivateKey(key)) &&
      parsed.validFromDate <= now &&
      parsed.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS
    );
  } catch {
    return false;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function write(file: string, text: string): void {
  writeFileSync(`${file}.tmp`, text, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

/**
 * The certificate in `<dataDir>/share`, so that a browser that was told to trust it need not be told again. It is made
 * when there is none, and anew when the address has changed or its end is near. Its owner alone can read the key.
 */
export function keepCertificate(dataDir: string, address: string, now = new Date()): KeptCertificate {
  const folder = path.join(dataDir, 'share');
  const certificatePath = path.join(folder, 'certificate.pem');
  const keyPath = path.join(folder, 'key.pem');
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o700);
  let kept: CertifiedKey = { certificate: readOrEmpty(certificatePath), key: readOrEmpty(keyPath) };
  if (!isUsable(kept, address, now)) {
    kept = makeCertificate(address, now);
    write(keyPath, kept.key);
    write(certificatePath, kept.certificate);
  }
  chmodSync(keyPath, 0o600);
  return { certificatePath, keyPath, fingerprint: fingerprintOf(kept.certificate) };
}
