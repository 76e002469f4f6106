import { RedisError } from './reply.ts';

export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);

const INTEGER = /^(0|-?[1-9]\d{0,18})$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(inity)?$/i;

/** Parses a canonical signed 64-bit integer; throws the error Redis answers for anything else. */
export function parseInt64(text: string): bigint {
  const value = INTEGER.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > INT64_MAX || value < INT64_MIN) {
    throw new RedisError('ERR value is not an integer or out of range');
  }
  return value;
}

/** Parses a 64-bit integer that is only used as a count or an index. */
export function parseIndex(text: string): number {
  return Number(parseInt64(text));
}

/** Parses a score: a decimal or `inf`, `+inf`, `-inf`. */
export function parseScore(text: string): number {
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (!DECIMAL.test(text)) throw new RedisError('ERR value is not a valid float');
  return Number(text);
}

/** The shortest decimal that reads back as the same double, as Redis 7.2 and later print scores. */
export function formatScore(score: number): string {
  if (score === Infinity) return 'inf';
  if (score === -Infinity) return '-inf';
  return Object.is(score, -0) ? '-0' : String(score);
}

/** Adds with the overflow check of INCRBY and HINCRBY. */
export function addInt64(left: bigint, right: bigint): bigint {
  const sum = left + right;
  if (sum > INT64_MAX || sum < INT64_MIN) {
    throw new RedisError('ERR increment or decrement would overflow');
  }
  return sum;
}

/** A plain number when it is exact, else the bigint. */
export function toIntegerReply(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * C's `%.<precision>g`. Redis formats the numbers a script passes to a command with 17 digits, cjson with 14.
 */
export function formatGeneral(value: number, precision: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const scientific = value.toExponential(precision - 1);
  const split = scientific.indexOf('e');
  const exponent = Number(scientific.slice(split + 1));
  if (exponent >= -4 && exponent < precision) {
    return dropTrailingZeros(value.toFixed(precision - 1 - exponent));
  }
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${dropTrailingZeros(scientific.slice(0, split))}e${exponent < 0 ? '-' : '+'}${digits}`;
}

function dropTrailingZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
