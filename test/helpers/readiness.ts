import { expect } from 'vitest';
import type { Readiness } from '../../src/domain/health/check-readiness.ts';
import type { InstanceFigures } from '../../src/observability/instance.ts';
import { createClient, type Reply } from './client.ts';

/** Of a 200; a 503 is a problem, and holds the same in `current`. */
export type ReadinessBody = Readiness & { instance: InstanceFigures };

/**
 * What `/health/ready` answers, once it is as expected: on a machine that is busy, a part that is in order may be late for
 * its 300 ms. Each time another installation is asked, to which nothing found before belongs.
 */
export async function findReadiness(
  expected: object,
  variables: Record<string, string> = {},
): Promise<Reply<ReadinessBody>> {
  const replies: Reply<ReadinessBody>[] = [];
  const ask = async () => {
    const reply = await createClient().call<ReadinessBody>('/health/ready', { variables: { ...variables } });
    replies.unshift(reply);
    return reply;
  };
  await expect.poll(ask, { timeout: 60_000 }).toMatchObject(expected);
  const [last] = replies;
  if (!last) throw new Error('nobody was asked');
  return last;
}
