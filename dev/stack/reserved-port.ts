import net from 'node:net';
import { findFreePort } from '../process/free-port.ts';

export interface ReservedPort {
  port: number;
  /** Frees the port for the server that is to have it. */
  release(): Promise<void>;
}

/** Holds the first free port from `preferred` upwards, so that a second start at the same time takes the next one. */
export async function reservePort(preferred: number): Promise<ReservedPort> {
  for (let from = preferred; ;) {
    const port = await findFreePort(from);
    const server = net.createServer((socket) => socket.destroy());
    const isHeld = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(true));
    });
    if (isHeld) return { port, release: () => new Promise((resolve) => server.close(() => resolve())) };
    from = port + 1;
  }
}
