/** An error reply. The text starts with its code, for example `ERR` or `WRONGTYPE`. */
export class RedisError extends Error {
  override name = 'RedisError';
}

/** A simple string reply such as `OK`; on the wire it differs from a bulk string. */
export class Status {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A reply of Redis. Strings are binary strings: one char is one byte (latin1), so every value is binary-safe. */
export type Reply = null | number | bigint | string | Status | RedisError | Reply[];

/** One command: its name as the caller wrote it and its arguments as binary strings. */
export interface Command {
  name: string;
  args: string[];
}

export const OK = new Status('OK');

export const syntaxError = () => new RedisError('ERR syntax error');

export const wrongType = () =>
  new RedisError('WRONGTYPE Operation against a key holding the wrong kind of value');

export const wrongArity = (command: string) =>
  new RedisError(`ERR wrong number of arguments for '${command}' command`);
