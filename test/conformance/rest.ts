import { randomUUID } from 'node:crypto';
import { Redis } from '@upstash/redis';
import * as z from 'zod';
import { startGateway } from '../../dev/redis/index.ts';
import type { EngineUnderTest } from './engines.ts';

const outcomeSchema = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })]);

export type Word = string | number;

/** A gateway over one engine with the few calls the checks are written in. */
export interface RestRedis {
  url: string;
  token: string;
  /** The official client, without retries. */
  client: Redis;
  /** A key nobody else uses. */
  key(): string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Runs one command; rejects with the error reply. */
  call(...words: Word[]): Promise<unknown>;
  /** Runs the commands and returns each result or `error: ...`. */
  batch(path: '/pipeline' | '/multi-exec', commands: Word[][]): Promise<unknown[]>;
  /** Runs a script with the given keys and arguments. */
  evaluate(source: string, keys?: string[], args?: Word[]): Promise<unknown>;
  /** The value of a key as raw bytes. */
  bytes(key: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens the engine behind a gateway on a free port. */
export async function openRest(underTest: EngineUnderTest): Promise<RestRedis> {
  const open = await underTest.open();
  const token = randomUUID();
  const gateway = await startGateway({ engine: open.engine, token });

  const post: RestRedis['post'] = (path, body, headers = {}) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify(body),
    });
  const call = async (...words: Word[]): Promise<unknown> => {
    const outcome = outcomeSchema.parse(await (await post('/', words)).json());
    if ('error' in outcome) throw new Error(outcome.error);
    return outcome.result;
  };

  return {
    url: gateway.url,
    token,
    client: new Redis({ url: gateway.url, token, enableTelemetry: false, retry: false }),
    key: () => `test:${randomUUID()}`,
    post,
    call,
    batch: async (path, commands) => {
      const outcomes = z.array(outcomeSchema).parse(await (await post(path, commands)).json());
      return outcomes.map((outcome) => ('error' in outcome ? `error: ${outcome.error}` : outcome.result));
    },
    evaluate: (source, keys = [], args = []) => call('EVAL', source, keys.length, ...keys, ...args),
    bytes: async (key) => {
      const response = await post('/', ['GET', key], { 'upstash-encoding': 'base64' });
      const { result } = z.object({ result: z.string() }).parse(await response.json());
      return Buffer.from(result, 'base64');
    },
    close: async () => {
      await gateway.close();
      await open.close();
    },
  };
}
