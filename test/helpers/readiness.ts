import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Readiness } from '../../src/domain/health/check-readiness.ts';
import worker from '../../src/index.ts';
import type { InstanceFigures } from '../../src/observability/instance.ts';

/** Of a 200; a 503 is a problem, and holds the same in `current`. */
export type ReadinessBody = Readiness & { instance: InstanceFigures };

interface Answer {
  status: number;
  headers: Headers;
  body: ReadinessBody;
}

/** Asks for readiness, with these variables and bindings instead of those of the stack. */
export async function askReadiness(environment: object): Promise<Answer> {
  const context = createExecutionContext();
  const request = new Request('http://darkroom.test/health/ready');
  const response = await worker.fetch(request as never, environment, context);
  await waitOnExecutionContext(context);
  return { status: response.status, headers: response.headers, body: await response.json<ReadinessBody>() };
}

/**
 * What `/health/ready` answers, once it is as expected: on a machine that is busy, a part that is in order may be late for
 * its 300 ms. Each time another installation is asked, to which nothing found before belongs.
 */
export async function findReadiness(expected: object, changed: object = {}): Promise<Answer> {
  const answers: Answer[] = [];
  const ask = async () => {
    const answer = await askReadiness({ ...env, ...changed });
    answers.unshift(answer);
    return answer;
  };
  await expect.poll(ask, { timeout: 60_000 }).toMatchObject(expected);
  const [last] = answers;
  if (!last) throw new Error('nobody was asked');
  return last;
}
