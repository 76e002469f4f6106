import { createHash } from 'node:crypto';
import type { Command } from './reply.ts';

/** Enough for every script of an application; beyond it the oldest falls out and its EVALSHA answers NOSCRIPT. */
const MAX_REMEMBERED = 1000;

/** Drops a first line `#!lua ...` but keeps its newline, so that line numbers in errors stay right. */
export function stripShebang(source: string): string {
  return source.startsWith('#!') ? source.replace(/^#![^\n]*/, '') : source;
}

const sha1 = (binary: string) => createHash('sha1').update(Buffer.from(binary, 'latin1')).digest('hex');

/**
 * Upstash takes script flags such as `allow-key-locking` that Redis refuses. Scripts reach Redis without their shebang,
 * so its SHA differs from the one the caller computes: this maps the caller's to the stored one.
 */
export class ShebangMap {
  readonly #storedByCaller = new Map<string, string>();

  /** The command to send, and the reply to give instead of Redis's own (SCRIPT LOAD answers the caller's SHA). */
  translate(command: Command): { command: Command; replyInstead?: string } {
    const [first = '', second = '', ...rest] = command.args;
    switch (command.name.toLowerCase()) {
      case 'eval':
      case 'eval_ro':
        return { command: { ...command, args: command.args.with(0, this.#remember(first)) } };
      case 'evalsha':
      case 'evalsha_ro':
        return { command: { ...command, args: command.args.with(0, this.#toStored(first)) } };
      case 'script':
        if (first.toLowerCase() === 'load' && command.args.length === 2 && second.startsWith('#!')) {
          const args = [first, this.#remember(second)];
          return { command: { ...command, args }, replyInstead: sha1(second) };
        }
        if (first.toLowerCase() === 'exists') {
          const shas = command.args.slice(1).map((sha) => this.#toStored(sha));
          return { command: { ...command, args: [first, ...shas] } };
        }
        return { command: { ...command, args: [first, second, ...rest].slice(0, command.args.length) } };
      default:
        return { command };
    }
  }

  #remember(source: string): string {
    const stripped = stripShebang(source);
    if (stripped === source) return source;
    if (this.#storedByCaller.size >= MAX_REMEMBERED) {
      for (const oldest of this.#storedByCaller.keys()) {
        this.#storedByCaller.delete(oldest);
        break;
      }
    }
    this.#storedByCaller.set(sha1(source), sha1(stripped));
    return stripped;
  }

  #toStored(sha: string): string {
    return this.#storedByCaller.get(sha.toLowerCase()) ?? sha;
  }
}
