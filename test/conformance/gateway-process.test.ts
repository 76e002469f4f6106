import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';

const ENTRY = fileURLToPath(new URL('../../dev/redis/gateway-process.ts', import.meta.url).href);
const readySchema = z.object({ ready: z.literal(true), url: z.url(), engine: z.enum(['embedded', 'real']) });

describe('the gateway as a process', () => {
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
  });

  async function start(): Promise<{ process: ChildProcess; url: string; engine: string }> {
    const process = fork(ENTRY, {
      env: { PATH: '', GATEWAY_TOKEN: 'secret', GATEWAY_PORT: '0' },
      execArgv: [],
    });
    child = process;
    const [message]: unknown[] = await once(process, 'message');
    return { process, ...readySchema.parse(message) };
  }

  it('tells where it listens and serves there', async () => {
    const { url, engine } = await start();
    expect(engine).toBe('embedded');
    const response = await fetch(`${url}/ping`, { headers: { authorization: 'Bearer secret' } });
    expect(await response.json()).toEqual({ result: 'PONG' });
  });

  it('ends on SIGTERM', async () => {
    const { process } = await start();
    process.kill('SIGTERM');
    expect(await once(process, 'exit')).toEqual([0, null]);
  });

  it('ends when its parent goes away', async () => {
    const { process } = await start();
    process.disconnect();
    expect(await once(process, 'exit')).toEqual([0, null]);
  });

  it('does not start without a token', async () => {
    child = fork(ENTRY, { env: { PATH: '' }, execArgv: [], silent: true });
    const [code] = await once(child, 'exit');
    expect(code).not.toBe(0);
  });
});
