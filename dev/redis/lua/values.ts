import { INT64_MIN } from '../numbers.ts';
import { RedisError, type Reply, Status } from '../reply.ts';
import { LuaType, type LuaMachine } from './machine.ts';

/** The stack of the machine has room for this nesting; Redis stops at its own stack limit likewise. */
const MAX_DEPTH = 200;
/** A table that refers to itself twice would otherwise unfold without end. */
const MAX_NODES = 1_000_000;

/** Pushes a reply the way Redis hands it to a script: nil becomes false, a status `{ok}`, an error `{err}`. */
export function pushReply(lua: LuaMachine, reply: Reply): void {
  if (reply === null) lua.pushBoolean(false);
  else if (typeof reply === 'string') lua.pushText(reply);
  else if (typeof reply === 'number' || typeof reply === 'bigint') lua.pushNumber(Number(reply));
  else if (reply instanceof Status) pushTagged(lua, 'ok', reply.text);
  else if (reply instanceof RedisError) pushTagged(lua, 'err', reply.message);
  else pushList(lua, reply, (item) => pushReply(lua, item));
}

/** Pushes a table with the items at 1 to n. */
export function pushList<T>(lua: LuaMachine, items: readonly T[], push: (item: T) => void): void {
  lua.pushTable(items.length);
  const table = lua.top;
  items.forEach((item, index) => {
    push(item);
    lua.setItem(table, index + 1);
  });
}

function pushTagged(lua: LuaMachine, tag: 'ok' | 'err', text: string): void {
  lua.pushTable();
  const table = lua.top;
  lua.pushText(tag);
  lua.pushText(text);
  lua.rawSet(table);
}

/** A string field of the table at `index`, else undefined. */
export function readTextField(lua: LuaMachine, index: number, name: string): string | undefined {
  lua.pushText(name);
  lua.rawGet(index);
  const text = lua.type(-1) === LuaType.string ? lua.toText(-1) : undefined;
  lua.pop();
  return text;
}

/** C's conversion of a double to 64 bits on x86, where what does not fit becomes the lowest integer. */
function toInt64Reply(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole;
  return Math.abs(whole) < 2 ** 63 ? BigInt(whole) : INT64_MIN;
}

/** Reads a script's result: numbers lose their fraction, false and nil are null, a list ends at its first nil. */
export function readReply(lua: LuaMachine, index: number): Reply {
  let nodes = 0;
  const read = (at: number, depth: number): Reply => {
    if (depth > MAX_DEPTH || ++nodes > MAX_NODES) throw new RedisError('ERR reached lua stack limit');
    const type = lua.type(at);
    if (type === LuaType.string) return lua.toText(at);
    if (type === LuaType.number) return toInt64Reply(lua.toNumber(at));
    if (type === LuaType.boolean) return lua.toBoolean(at) ? 1 : null;
    return type === LuaType.table ? readTable(at, depth) : null;
  };
  const readTable = (at: number, depth: number): Reply => {
    const error = readTextField(lua, at, 'err');
    if (error !== undefined) return new RedisError(error);
    const status = readTextField(lua, at, 'ok');
    if (status !== undefined) return new Status(status);
    const items: Reply[] = [];
    for (let position = 1; ; position++) {
      lua.getItem(at, position);
      const isEnd = lua.type(-1) === LuaType.nil;
      if (!isEnd) items.push(read(lua.top, depth + 1));
      lua.pop();
      if (isEnd) return items;
    }
  };
  return read(index, 0);
}
