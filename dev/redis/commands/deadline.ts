import type { Keyspace } from '../keyspace.ts';
import { INT64_MAX, parseInt64 } from '../numbers.ts';
import { RedisError } from '../reply.ts';

/** How a time argument reads: its unit in ms, and whether it counts from now or from the epoch. */
export interface TimeUnit {
  unitMs: number;
  isAbsolute: boolean;
}

const EXPIRY_OPTIONS: Readonly<Record<string, TimeUnit>> = {
  EX: { unitMs: 1000, isAbsolute: false },
  PX: { unitMs: 1, isAbsolute: false },
  EXAT: { unitMs: 1000, isAbsolute: true },
  PXAT: { unitMs: 1, isAbsolute: true },
};

/** The unit of an upper-case `EX`, `PX`, `EXAT` or `PXAT`; undefined for any other word. */
export function readExpiryOption(word: string): TimeUnit | undefined {
  return EXPIRY_OPTIONS[word];
}

/** The moment in ms since the epoch; throws when it does not fit 64 bits. May lie in the past. */
export function parseMoment(keyspace: Keyspace, text: string, unit: TimeUnit, command: string): number {
  const base = unit.isAbsolute ? 0n : BigInt(keyspace.now());
  const moment = parseInt64(text) * BigInt(unit.unitMs) + base;
  if (moment > INT64_MAX || moment < -INT64_MAX) throw invalidExpireTime(command);
  return Number(moment);
}

/** As `parseMoment`, and refuses zero and negative times as SET does. */
export function parseDeadline(keyspace: Keyspace, text: string, unit: TimeUnit, command: string): number {
  if (parseInt64(text) <= 0n) throw invalidExpireTime(command);
  return parseMoment(keyspace, text, unit, command);
}

function invalidExpireTime(command: string): RedisError {
  return new RedisError(`ERR invalid expire time in '${command}' command`);
}
