type Text = string | number;

/**
 * The commands of one round trip, as Upstash's REST interface takes them. Of the client's own pipeline, which does the
 * same, a new one costs a request 20 times as much: it makes a function for each of Redis's commands.
 */
export class CommandList {
  readonly commands: unknown[][] = [];

  get(key: string): void {
    this.commands.push(['get', key]);
  }

  mget(...keys: string[]): void {
    this.commands.push(['mget', ...keys]);
  }

  /** `ex`: seconds that it lives; `pxat`: until when, in milliseconds since the epoch. */
  set(key: string, value: Text, end: { ex: number } | { pxat: number } | null = null): void {
    const life = end === null ? [] : 'ex' in end ? ['ex', end.ex] : ['pxat', end.pxat];
    this.commands.push(['set', key, value, ...life]);
  }

  incr(key: string): void {
    this.commands.push(['incr', key]);
  }

  ttl(key: string): void {
    this.commands.push(['ttl', key]);
  }

  zrem(key: string, member: string): void {
    this.commands.push(['zrem', key, member]);
  }

  eval(script: string, keys: string[], args: readonly unknown[]): void {
    this.commands.push(['eval', script, keys.length, ...keys, ...args]);
  }

  evalsha(sha: string, keys: string[], args: readonly unknown[]): void {
    this.commands.push(['evalsha', sha, keys.length, ...keys, ...args]);
  }

  ping(): void {
    this.commands.push(['ping']);
  }
}
