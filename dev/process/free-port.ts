import net from 'node:net';
import { isPortFree } from './port-check.mjs';

const LAST_PORT = 65_535;
const MAX_TRIES = 200;

/**
 * The first free port from `preferred` upwards that is not in `taken`. Rejects after 200 busy ports in a row.
 * `isFree` is there for tests of the search itself.
 */
export async function findFreePort(
  preferred: number,
  taken: ReadonlySet<number> = new Set(),
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<number> {
  const last = Math.min(preferred + MAX_TRIES - 1, LAST_PORT);
  for (let port = preferred; port <= last; port++) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`No free port from ${preferred} to ${last} on 127.0.0.1.`);
}

/** A free port of the system's choice, for servers whose port nobody has to know beforehand. */
export async function pickAnyPort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('The system gave no port.'));
        else resolve(address.port);
      });
    });
  });
}
