// Plain JavaScript, because the doctor asks on Node 20, before anything is installed.
import net from 'node:net';

/**
 * True when nothing listens on this port of the loopback address.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function isPortFree(port) {
  return await new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
