import { formatGeneral } from '../numbers.ts';
import { LuaType, type LuaMachine } from './machine.ts';
import { pushList } from './values.ts';

/** Why cjson refused; becomes an error in the script. */
export class JsonError extends Error {
  override name = 'JsonError';
}

const MAX_DEPTH = 200;
const MAX_NODES = 1_000_000;
/** lua-cjson's defaults: a list may have up to 10 slots, or twice as many slots as items. */
const SPARSE_SAFE = 10;
const SPARSE_RATIO = 2;
const LIGHT_USERDATA = 2;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Encodes byte by byte, so that text that is not UTF-8 passes through as cjson does. */
function encodeText(text: string): string {
  const escaped = text.replace(
    /["\\/\x00-\x1f\x7f]/g,
    (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new JsonError('Cannot serialise number: must not be NaN or Inf');
  return formatGeneral(value, 14);
}

/** The highest list position when every key is a positive integer, else 0. */
function measureList(lua: LuaMachine, table: number): number {
  let highest = 0;
  let count = 0;
  lua.pushNil();
  while (lua.next(table)) {
    lua.pop();
    const key = lua.type(-1) === LuaType.number ? lua.toNumber(-1) : 0;
    if (!Number.isInteger(key) || key < 1) {
      lua.pop();
      return 0;
    }
    highest = Math.max(highest, key);
    count++;
  }
  if (highest > SPARSE_SAFE && highest > count * SPARSE_RATIO) {
    throw new JsonError('Cannot serialise table: excessively sparse array');
  }
  return highest;
}

/** `cjson.encode` of the value at `index`; throws `JsonError`. */
export function encodeJson(lua: LuaMachine, index: number): string {
  let nodes = 0;
  const encode = (at: number, depth: number): string => {
    if (depth > MAX_DEPTH || ++nodes > MAX_NODES) {
      throw new JsonError(`Cannot serialise, excessive nesting (${depth})`);
    }
    const type = lua.type(at);
    if (type === LuaType.string) return encodeText(lua.toText(at));
    if (type === LuaType.number) return encodeNumber(lua.toNumber(at));
    if (type === LuaType.boolean) return String(lua.toBoolean(at));
    if (type === LuaType.nil || type === LIGHT_USERDATA) return 'null';
    if (type !== LuaType.table) throw new JsonError('Cannot serialise function: type not supported');
    const length = measureList(lua, at);
    return length > 0 ? encodeList(at, length, depth) : encodeObject(at, depth);
  };
  const encodeList = (at: number, length: number, depth: number): string => {
    const items: string[] = [];
    for (let position = 1; position <= length; position++) {
      lua.getItem(at, position);
      items.push(encode(lua.top, depth + 1));
      lua.pop();
    }
    return `[${items.join(',')}]`;
  };
  const encodeObject = (at: number, depth: number): string => {
    const members: string[] = [];
    lua.pushNil();
    while (lua.next(at)) {
      const value = lua.top;
      members.push(`${encodeKey(lua, value - 1)}:${encode(value, depth + 1)}`);
      lua.pop();
    }
    return `{${members.join(',')}}`;
  };
  return encode(index, 0);
}

function encodeKey(lua: LuaMachine, at: number): string {
  const type = lua.type(at);
  if (type === LuaType.string) return encodeText(lua.toText(at));
  if (type === LuaType.number) return `"${encodeNumber(lua.toNumber(at))}"`;
  throw new JsonError('Cannot serialise table: table key must be a number or string');
}

const toBytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** Parses the binary string as UTF-8 JSON and pushes the value; throws `JsonError`. */
export function decodeJson(lua: LuaMachine, source: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(source, 'latin1').toString('utf8'));
  } catch (cause) {
    throw new JsonError('Expected value but found invalid token', { cause });
  }
  pushJson(lua, parsed, 0);
}

function pushJson(lua: LuaMachine, value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new JsonError('Found too many nested data structures');
  if (typeof value === 'string') lua.pushText(toBytes(value));
  else if (typeof value === 'number') lua.pushNumber(value);
  else if (typeof value === 'boolean') lua.pushBoolean(value);
  else if (Array.isArray(value)) pushList(lua, value, (item) => pushJson(lua, item, depth + 1));
  else if (typeof value === 'object' && value !== null) {
    lua.pushTable();
    const table = lua.top;
    for (const [key, member] of Object.entries(value)) {
      lua.pushText(toBytes(key));
      pushJson(lua, member, depth + 1);
      lua.rawSet(table);
    }
  } else lua.pushNull();
}
