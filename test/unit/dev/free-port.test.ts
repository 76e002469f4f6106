import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { findFreePort, pickAnyPort } from '../../../dev/process/free-port.ts';
import { isPortFree } from '../../../dev/process/port-check.mjs';

describe('the search for a port', () => {
  it('takes the preferred one when it is free', async () => {
    expect(await findFreePort(8787, new Set(), async () => true)).toBe(8787);
  });

  it('moves past busy and taken ones', async () => {
    expect(await findFreePort(8787, new Set([8788]), async (port) => port > 8787)).toBe(8789);
  });

  it('gives up at the end of the range', async () => {
    await expect(findFreePort(65_530, new Set(), async () => false)).rejects.toThrow('from 65530 to 65535');
  });

  it('sees a server that listens', async () => {
    const port = await pickAnyPort();
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isPortFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).toBe(true);
  });
});
