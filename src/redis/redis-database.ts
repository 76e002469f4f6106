import type { Clock } from '../lib/clock.ts';
import { type Breaker, BreakerOpenError } from '../resilience/breaker.ts';
import type { Caller } from '../resilience/caller.ts';
import { guardedCall } from '../resilience/guarded-call.ts';
import { callHeaders } from '../resilience/call-scope.ts';
import { type Endpoint, sendCommands } from './client.ts';
import { type CommandBatch, openBatch } from './command-batch.ts';
import { CommandList } from './command-list.ts';
import { type ReplyTimes, replyTimesOf } from './reply-times.ts';

export interface RedisDatabase {
  /**
   * Commands that go together in one HTTP call, to the first endpoint that works. The call ends by its deadline; while
   * none works, it fails at once with BreakerOpenError.
   */
  open(): CommandBatch;
  /** The same commands to every endpoint: what none may forget. Rejects unless each of them took it. */
  tellAll(enqueue: (list: CommandList) => void): Promise<void>;
  /** Asks the first endpoint for a sign of life, whatever its breaker says, within `deadlineMs`. */
  ping(deadlineMs: number): Promise<void>;
}

export interface RedisOptions {
  /** The one to use, then those to use while it does not work. */
  endpoints: readonly Endpoint[];
  /** Milliseconds that a call may take at least. */
  timeoutMs: number;
  caller: Caller;
  clock: Clock;
  /** Keeps a promise going after the reply. */
  background(name: string, work: Promise<unknown>): void;
}

interface Link {
  endpoint: Endpoint;
  breaker: Breaker;
  times: ReplyTimes;
}

/** One Redis database for one piece of work. Opens no connection. Fails open or closed as its caller says. */
export function createRedisDatabase(options: RedisOptions): RedisDatabase {
  const { timeoutMs, caller, clock, background } = options;
  const { settings, memory } = caller;
  const links: Link[] = options.endpoints.map((endpoint) => ({
    endpoint,
    breaker: memory.breaker('redis', endpoint.url, settings.breaker),
    times: replyTimesOf(endpoint.url),
  }));

  async function call(
    { endpoint, breaker, times }: Link,
    enqueueAll: (list: CommandList) => void,
    { deadlineMs = times.deadlineMs(timeoutMs), isProbe = false, isAttended = true } = {},
  ): Promise<unknown[]> {
    const scope = isAttended ? caller.scope : { ...caller.scope, signal: null };
    const guard = {
      name: 'redis',
      scope,
      breaker: isProbe ? null : breaker,
      slowMs: settings.slowMs,
      // What comes of a call as a whole is answers, or no Redis: refusals of commands are among the answers.
      isFault: () => true,
    };
    const started = clock.now();
    const list = new CommandList();
    enqueueAll(list);
    const headers = callHeaders(scope);
    const answers = await guardedCall(
      guard,
      deadlineMs,
      async (signal) => await sendCommands(endpoint, list, { headers, signal }),
    );
    times.note(clock.now() - started);
    if (!Array.isArray(answers)) throw new Error('Redis did not answer with a list');
    return answers;
  }

  /** No request waits for an endpoint that has failed: it is tried beside them. */
  function tryBeside(link: Link): void {
    const tried = call(link, (list) => list.ping(), { isAttended: false });
    background(
      'redis-probe',
      tried.catch(() => undefined),
    );
  }

  return {
    open: () =>
      openBatch(async (enqueueAll) => {
        let waitMs = 0;
        for (const link of links) {
          const { state, retryAfterMs } = link.breaker.state();
          if (state === 'closed') return await call(link, enqueueAll);
          if (state === 'half-open') tryBeside(link);
          waitMs = retryAfterMs;
        }
        throw new BreakerOpenError('redis', waitMs);
      }),
    async tellAll(enqueue) {
      await Promise.all(
        links.map(async (link) => {
          const answers = await call(link, enqueue, { isAttended: false });
          const refused = answers.find((one) => !isTaken(one));
          if (refused !== undefined) throw new Error(`Redis refused a command: ${JSON.stringify(refused)}`);
        }),
      );
    },
    async ping(deadlineMs) {
      const [first] = links;
      if (!first) throw new Error('There is no Redis');
      const answers = await call(first, (list) => list.ping(), { deadlineMs, isProbe: true });
      if (!answers.every(isTaken)) throw new Error('Redis refused a ping');
    },
  };
}

function isTaken(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && !('error' in answer && answer.error);
}
