import type { Clock } from '../lib/clock.ts';
import { createClient, type Endpoint } from './client.ts';
import { type CommandBatch, openBatch, type Pipeline } from './command-batch.ts';
import { createEndpointHealth, type EndpointHealth } from './endpoint-health.ts';

/** No endpoint is asked at the moment: they have failed one call after the other. */
export class RedisDownError extends Error {
  override name = 'RedisDownError';
}

export interface RedisDatabase {
  /**
   * Commands that go together in one HTTP call, to the first endpoint that works. The call ends by its deadline; while
   * none works, it fails at once.
   */
  open(): CommandBatch;
  /** The same commands to every endpoint: what must not be forgotten by any. Rejects unless each of them took it. */
  tellAll(enqueue: (pipeline: Pipeline) => void): Promise<void>;
}

export interface RedisOptions {
  /** The one to use, then those to use while it does not work. */
  endpoints: readonly Endpoint[];
  /** Milliseconds that a call may take at least. */
  timeoutMs: number;
  clock: Clock;
  /** Ends calls that nobody waits for any more. */
  signal?: AbortSignal;
  /** Keeps a promise going after the reply. */
  background(name: string, work: Promise<unknown>): void;
}

// Isolate lifetime: one entry for each configured endpoint.
const healths = new Map<string, EndpointHealth>();

function healthOf({ url }: Endpoint, clock: Clock): EndpointHealth {
  const known = healths.get(url);
  if (known) return known;
  const health = createEndpointHealth(clock);
  healths.set(url, health);
  return health;
}

/** One Redis database for one request. Opens no connection. Fails open or closed as its caller says. */
export function createRedisDatabase(options: RedisOptions): RedisDatabase {
  const { endpoints, timeoutMs, clock, signal, background } = options;

  async function call(endpoint: Endpoint, enqueueAll: (pipeline: Pipeline) => void): Promise<unknown[]> {
    const health = healthOf(endpoint, clock);
    const deadline = AbortSignal.timeout(health.deadlineMs(timeoutMs));
    const until = signal ? AbortSignal.any([deadline, signal]) : deadline;
    const pipeline = createClient(endpoint, () => until).pipeline();
    enqueueAll(pipeline);
    const started = clock.now();
    try {
      const answers: unknown = await pipeline.exec({ keepErrors: true });
      // An aborted call may resolve with a text of the client's own, and a broken gateway with anything.
      if (!Array.isArray(answers)) throw new Error('Redis did not answer with a list');
      health.noteSuccess(clock.now() - started);
      return answers;
    } catch (error) {
      // A caller who went away says nothing about the endpoint.
      if (!signal?.aborted) health.noteFailure();
      throw error;
    }
  }

  /** Nobody waits for the answer of an endpoint that has failed: it is asked beside the requests. */
  function probe(endpoint: Endpoint): void {
    if (!healthOf(endpoint, clock).takeProbe()) return;
    const answered = call(endpoint, (pipeline) => pipeline.ping()).catch(() => undefined);
    background('redis-probe', answered);
  }

  return {
    open: () =>
      openBatch(async (enqueueAll) => {
        for (const endpoint of endpoints) {
          if (healthOf(endpoint, clock).isUsable()) return await call(endpoint, enqueueAll);
          probe(endpoint);
        }
        throw new RedisDownError('Redis has not answered lately');
      }),
    async tellAll(enqueue) {
      await Promise.all(
        endpoints.map(async (endpoint) => {
          const answers = await call(endpoint, enqueue);
          const refused = answers.find((one) => !isTaken(one));
          if (refused !== undefined) throw new Error(`Redis refused a command: ${JSON.stringify(refused)}`);
        }),
      );
    },
  };
}

function isTaken(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && !('error' in answer && answer.error);
}
