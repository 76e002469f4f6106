import fc from 'fast-check';
import type { Command } from '../../dev/redis/reply.ts';

const name = fc.constantFrom('a', 'b', 'c');
const member = fc.constantFrom('m', 'n', 'o', 'p', '\0\xff');
const text = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 6,
});
const integer = fc.integer({ min: -1000, max: 1000 });
const step = (command: string, ...args: fc.Arbitrary<string | number>[]) =>
  fc.tuple(...args).map((values): Command => ({ name: command, args: values.map(String) }));

/** Valid commands only; each type has keys of its own. */
export const anyModelStep: fc.Arbitrary<Command> = fc.oneof(
  step('SET', name, text),
  step('GET', name),
  step('APPEND', name, text),
  step('GETDEL', name),
  step('INCRBY', fc.constant('counter'), integer),
  step('HSET', fc.constant('hash'), member, text),
  step('HGET', fc.constant('hash'), member),
  step('HDEL', fc.constant('hash'), member),
  step('HLEN', fc.constant('hash')),
  step('ZADD', fc.constant('zset'), integer, member),
  step('ZREM', fc.constant('zset'), member),
  step('ZRANK', fc.constant('zset'), member),
  step('ZCOUNT', fc.constant('zset'), integer, integer),
  step('ZRANGE', fc.constant('zset'), fc.constant(0), fc.constant(-1), fc.constant('WITHSCORES')),
);

type Answer = string | number | null | string[];

/** What Redis must answer, from three maps and a number. */
export function createModel(): (command: Command) => Answer {
  const strings = new Map<string, string>();
  const hash = new Map<string, string>();
  const scores = new Map<string, number>();
  let counter = 0;
  const ranked = () =>
    [...scores].sort(([left, low], [right, high]) => low - high || (left < right ? -1 : 1));

  return ({ name: command, args: [first = '', second = '', third = ''] }) => {
    switch (command) {
      case 'SET':
        strings.set(first, second);
        return 'OK';
      case 'GET':
        return strings.get(first) ?? null;
      case 'APPEND':
        strings.set(first, (strings.get(first) ?? '') + second);
        return strings.get(first)?.length ?? 0;
      case 'GETDEL': {
        const old = strings.get(first) ?? null;
        strings.delete(first);
        return old;
      }
      case 'INCRBY':
        return (counter += Number(second));
      case 'HSET': {
        const isNew = !hash.has(second);
        hash.set(second, third);
        return isNew ? 1 : 0;
      }
      case 'HGET':
        return hash.get(second) ?? null;
      case 'HDEL':
        return hash.delete(second) ? 1 : 0;
      case 'HLEN':
        return hash.size;
      case 'ZADD': {
        const isNew = !scores.has(third);
        scores.set(third, Number(second));
        return isNew ? 1 : 0;
      }
      case 'ZREM':
        return scores.delete(second) ? 1 : 0;
      case 'ZRANK': {
        const at = ranked().findIndex(([ranking]) => ranking === second);
        return at < 0 ? null : at;
      }
      case 'ZCOUNT':
        return ranked().filter(([, score]) => score >= Number(second) && score <= Number(third)).length;
      case 'ZRANGE':
        return ranked().flatMap(([ranking, score]) => [ranking, String(score)]);
      default:
        throw new Error(`the model has no ${command}`);
    }
  };
}
