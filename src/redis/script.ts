import { createHash } from 'node:crypto';
import { CommandError, type CommandBatch } from './command-batch.ts';

/** A Lua script and the name under which Redis remembers it. */
export interface Script {
  source: string;
  sha: string;
}

// Upstash locks the keys that a script declares only, not the whole database, when the script says so.
const HEADER = '#!lua flags=allow-key-locking\n';

export function defineScript(body: string): Script {
  const source = HEADER + body;
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** Whether Redis has forgotten the script, as it does when it starts anew. */
function isUnknownScript(error: unknown): boolean {
  return error instanceof CommandError && error.message.includes('NOSCRIPT');
}

/**
 * Puts a script into the batch by its name; one that Redis does not know costs one more trip, by `openBatch`, and is
 * known from then on. Rejects as CommandBatch.add does.
 */
export async function addScript(
  batch: CommandBatch,
  openBatch: () => CommandBatch,
  { source, sha }: Script,
  keys: string[],
  args: (string | number)[],
): Promise<unknown> {
  try {
    return await batch.add((list) => list.evalsha(sha, keys, args));
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    const again = openBatch();
    const answer = again.add((list) => list.eval(source, keys, args));
    await again.send();
    return await answer;
  }
}
