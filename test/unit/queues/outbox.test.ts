import { expect, it } from 'vitest';
import type { Database } from '../../../src/db/client.ts';
import { dispatchRows } from '../../../src/queues/outbox.ts';
import { openScope } from '../../../src/resilience/call-scope.ts';
import type { Services } from '../../../src/services.ts';

const unreachable: Database = {
  open: () => Promise.reject(new Error('unreachable')),
  deadlines: { read: 1_000, write: 1_000 },
  guard: { name: 'test', scope: openScope('test'), breaker: null, slowMs: 10_000, isFault: () => true },
};

it('goes on with what is urgent when what is done cannot be marked so', async () => {
  let bumps = 0;
  let closed = 0;
  const services = {
    db: { service: unreachable },
    cache: {
      bump: () => {
        bumps += 1;
        return bumps === 1 ? Promise.reject(new Error('late')) : Promise.resolve();
      },
    },
    room: () => ({
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    }),
    settings: { deadlines: { roomMs: 1_000 } },
  } as unknown as Services;
  const rows = [
    { id: 'obx_1', topic: 'cache.bump', payload: { tags: ['user:usr_1'], position: '1.1' }, requestId: null },
    { id: 'obx_2', topic: 'room.close', payload: { projectId: 'prj_1', code: 4_000 }, requestId: null },
  ];
  await expect(dispatchRows(services, rows)).rejects.toMatchObject({ code: 'unavailable' });
  expect([bumps, closed]).toEqual([2, 1]);
});
