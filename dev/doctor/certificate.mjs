import { X509Certificate } from 'node:crypto';
import path from 'node:path';
import tls from 'node:tls';
import { readStateFile } from '../process/read-state-file.mjs';
import { ok, problem, warning } from './finding.mjs';
import { isStackRunning, readReady } from './stack-state.mjs';

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;

/** @param {{ daysLeft: number, isShared: boolean, isServed: boolean, url: string }} facts `isServed`: the running stack shows this one */
export function judgeCertificate({ daysLeft, isShared, isServed, url }) {
  const end = daysLeft < 0 ? 'has ended' : `is good for ${daysLeft} more days`;
  if (isShared && !isServed) {
    return problem(
      `${url} does not answer with the kept certificate`,
      'Stop the stack with Ctrl-C and start it again with --share.',
    );
  }
  if (daysLeft >= SOON_DAYS) return ok(`of the shared address; it ${end}`);
  const mend = 'npm start -- --share makes a new one; devices that trust it must be told again.';
  const says = `that of the shared address ${end}`;
  return isShared && daysLeft < 0 ? problem(says, mend) : warning(says, mend);
}

/**
 * @param {string} url
 * @param {string} certificate
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
async function isServed(url, certificate, signal) {
  const { hostname, port } = new URL(url);
  const wanted = new X509Certificate(certificate).fingerprint256;
  return await new Promise((resolve) => {
    // Only looked at, nothing is sent: whether it is to be trusted is judged below, by its fingerprint.
    const socket = tls.connect({ host: hostname, port: Number(port || 443), rejectUnauthorized: false });
    const finish = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    signal.addEventListener('abort', () => finish(false), { once: true });
    socket.once('secureConnect', () => finish(socket.getPeerCertificate().fingerprint256 === wanted));
    socket.once('error', () => finish(false));
  });
}

/** @param {Pick<import('./finding.mjs').Patient, 'dataDir' | 'signal'>} patient */
export async function checkCertificate({ dataDir, signal }) {
  const file = path.join(dataDir, 'share', 'certificate.pem');
  let certificate;
  try {
    certificate = readStateFile(file);
  } catch {
    return ok('none: never shared');
  }
  const shared = isStackRunning(dataDir) ? (readReady(dataDir)?.shared ?? null) : null;
  let daysLeft;
  try {
    daysLeft = Math.floor((Date.parse(new X509Certificate(certificate).validTo) - Date.now()) / DAY_MS);
  } catch {
    return warning(`${file} is damaged`, 'npm start -- --share makes a new one.');
  }
  return judgeCertificate({
    daysLeft,
    isShared: shared !== null,
    isServed: shared !== null && (await isServed(shared.url, certificate, signal)),
    url: shared?.url ?? '',
  });
}
