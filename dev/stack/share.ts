import path from 'node:path';
import { loadSecrets } from '../process/secrets.ts';
import { chooseAddress } from '../share/address.ts';
import { keepCertificate, type KeptCertificate } from '../share/kept-certificate.ts';
import { FIRST_PORTS } from './first-ports.mjs';
import { startNodeProcess } from './node-process.ts';
import type { Supervisor } from './supervisor.ts';

const SCRIPT = path.join(import.meta.dirname, '..', 'share', 'share-process.ts');
const READY_TIMEOUT_MS = 15_000;

export interface SharedDoor extends Pick<KeptCertificate, 'fingerprint' | 'certificatePath'> {
  url: string;
  /** By which the Worker knows what came through it. */
  secret: string;
}

/**
 * Opens the door to the local network, over TLS. It stands before the Worker does, which must know its address; until
 * then it answers 502. Rejects when the machine has no such address.
 */
export async function startSharing(options: {
  dataDir: string;
  /** The address, or empty for the machine's own. */
  wanted: string;
  workerPort: number;
  supervisor: Supervisor;
}): Promise<SharedDoor> {
  const { dataDir, supervisor } = options;
  const address = chooseAddress(options.wanted);
  const { certificatePath, keyPath, fingerprint } = keepCertificate(dataDir, address);
  const { shareSecret: secret } = loadSecrets(dataDir, ['shareSecret']);
  const door = await startNodeProcess({
    dataDir,
    name: 'share',
    script: SCRIPT,
    env: {
      SHARE_ADDRESS: address,
      SHARE_PORT: String(FIRST_PORTS.share),
      SHARE_CERTIFICATE: certificatePath,
      SHARE_KEY: keyPath,
      SHARE_WORKER_PORT: String(options.workerPort),
      SHARE_SECRET: secret,
    },
    readyTimeoutMs: READY_TIMEOUT_MS,
    signal: supervisor.signal,
  });
  supervisor.add(door.child);
  return { url: door.url, secret, fingerprint, certificatePath };
}
