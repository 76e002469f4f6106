import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import type { HostGateNamespace, ReserveRequest } from '../../../src/crawl/host-gate.ts';
import { HostGate } from '../../../src/index.ts';
import { createProject, signUp } from '../../helpers/client.ts';
import { createJob, deliver, itemsOf, progressOf, startUndelivered } from '../../helpers/crawl.ts';
import { FAULT_MODES } from '../../helpers/fault-modes.ts';
import { openFaultyStore } from '../../helpers/faults.ts';

/** These answer as a store does, with what it would have been asked for. */
const OF_STORES = ['ok', 'wrong-types', 'partial', 'unauthorized', 'out-of-memory'];
const FAULTS = FAULT_MODES.filter((mode) => !OF_STORES.includes(mode));
const SETTINGS = JSON.stringify({ deadlines: { namesMs: 500 }, breaker: { pauseMs: 500 } });
const RECOVERY = { timeout: 15_000, interval: 200 };
const { HOST_GATE } = env as unknown as { HOST_GATE: HostGateNamespace };

/** The gates of the stack, each new at every question, with other variables. */
function gatesWith(variables: Record<string, string>) {
  return {
    idFromName: (name: string) => name,
    get: (name: string) => ({
      reserve: async (request: ReserveRequest) =>
        await runInDurableObject(
          HOST_GATE.getByName(`${name} ${variables['DOH_URL']}`),
          async (_, state) => await new HostGate(state, { ...env, ...variables }).reserve(request),
        ),
    }),
  };
}

it.each(FAULTS)(
  'an import waits while names cannot be looked up, and goes on when they can: %s',
  async (fault) => {
    const names = await openFaultyStore('names');
    const bindings = { HOST_GATE: gatesWith({ ...names.variables, SETTINGS }) };
    const ada = await signUp();
    const jobId = await createJob(ada, await createProject(ada), ['http://inside.example/a.jpg']);
    const message = await startUndelivered(jobId);
    await names.set(fault);
    const before = Date.now();
    const { acked, parked, failed } = await deliver([message], { bindings });
    expect({ acked, failed }).toEqual({ acked: ['message-0'], failed: [] });
    expect(parked).toMatchObject([{ chunk: 0, left: [{ position: 0 }] }]);
    expect(parked[0]?.until).toBeGreaterThan(before);
    expect(await progressOf(ada, jobId)).toMatchObject({ status: 'running', pending: 1, done: 0 });

    await names.set('ok');
    await vi.waitUntil(async () => (await deliver([message], { bindings })).finished.length > 0, RECOVERY);
    expect(await itemsOf(ada, jobId)).toMatchObject([{ status: 'blocked', reason: 'private_address' }]);
  },
);
