import { createRequire } from 'node:module';
import type { Redis as RedisClient } from 'ioredis';
import { type Engine, EXEC_ABORT, SCRIPT_LIMIT_MS } from './engine.ts';
import { toIntegerReply } from './numbers.ts';
import { type Command, RedisError, type Reply } from './reply.ts';
import { ShebangMap } from './shebang.ts';

// ioredis is CommonJS and its named exports are not visible to every ESM loader that runs this file.
const ioredis: typeof import('ioredis') = createRequire(import.meta.url)('ioredis');

const KILL_RETRY_MS = 100;

export interface RealOptions {
  /** Time one script may take, in ms; Redis itself only listens to the kill after its `busy-reply-threshold`. */
  scriptLimitMs?: number;
}

/** With `stringNumbers` the parser gives integers as strings and everything else as buffers. */
function toReply(value: unknown): Reply {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
  }
  if (typeof value === 'string') return toIntegerReply(BigInt(value));
  if (Array.isArray(value)) return value.map(toReply);
  if (value instanceof Error) return new RedisError(value.message);
  throw new TypeError(`unexpected reply of Redis: ${typeof value}`);
}

/**
 * Sends at once, in order. The upper-case name keeps ioredis from applying its argument and reply transformers, which
 * turn HGETALL into an object with text keys and take a lone buffer argument of HSET or MSET for a map.
 */
async function send(client: RedisClient, { name, args }: Command): Promise<Reply> {
  const buffers = args.map((arg) => Buffer.from(arg, 'latin1'));
  const command = new ioredis.Command(name.toUpperCase(), buffers, { replyEncoding: null });
  try {
    return toReply(await client.sendCommand(command));
  } catch (error) {
    if (error instanceof ioredis.ReplyError) return toReply(error);
    throw error;
  }
}

function isScriptCall({ name }: Command): boolean {
  return /^eval(sha)?(_ro)?$/i.test(name);
}

/** Asks on a second connection for the end of the running script until the first one has its reply. */
async function withScriptLimit<T>(killer: RedisClient, limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const kill = () => {
    // NOTBUSY means that the script has ended, UNKILLABLE that it has written; neither is ours to report.
    killer.call('SCRIPT', 'KILL').catch(() => undefined);
    timer = setTimeout(kill, KILL_RETRY_MS);
  };
  timer = setTimeout(kill, limitMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** A Redis or Valkey server behind a `redis://` URL; rejects when it cannot be reached. */
export async function createRealEngine(url: string, options: RealOptions = {}): Promise<Engine> {
  const limitMs = options.scriptLimitMs ?? SCRIPT_LIMIT_MS;
  const client = new ioredis.Redis(url, {
    lazyConnect: true,
    stringNumbers: true,
    maxRetriesPerRequest: 1,
    // A transaction that is half sent when the connection breaks must fail, not be resumed without its MULTI.
    autoResendUnfulfilledCommands: false,
  });
  const killer = new ioredis.Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  // Each failed command rejects on its own; without a listener the reconnects would be printed.
  client.on('error', () => undefined);
  killer.on('error', () => undefined);
  const disconnect = () => {
    client.disconnect();
    killer.disconnect();
  };
  try {
    await Promise.all([client.connect(), killer.connect()]);
  } catch (error) {
    disconnect();
    throw error;
  }
  const shebangs = new ShebangMap();

  const sendAll = (commands: readonly Command[]): Promise<Reply[]> => {
    const work = Promise.all(
      commands.map(async (command) => {
        const translated = shebangs.translate(command);
        const reply = await send(client, translated.command);
        return reply instanceof RedisError ? reply : (translated.replyInstead ?? reply);
      }),
    );
    return commands.some(isScriptCall) ? withScriptLimit(killer, limitMs, work) : work;
  };

  return {
    kind: 'real',
    run: sendAll,
    transact: async (commands) => {
      const replies = await sendAll([{ name: 'MULTI', args: [] }, ...commands, { name: 'EXEC', args: [] }]);
      const results = replies.at(-1) ?? null;
      if (results instanceof RedisError) throw results;
      if (!Array.isArray(results)) throw new RedisError(EXEC_ABORT);
      return results;
    },
    close: async () => disconnect(),
  };
}
