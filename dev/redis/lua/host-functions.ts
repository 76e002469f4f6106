import { createHash } from 'node:crypto';
import { formatGeneral } from '../numbers.ts';
import { RedisError, type Reply } from '../reply.ts';
import { BIT_OPERATIONS } from './bit-operations.ts';
import { decodeJson, encodeJson, JsonError } from './json.ts';
import { LuaType, type LuaMachine } from './machine.ts';
import { pushList, pushReply } from './values.ts';

/** Runs a command for a script; errors are values. */
export type ScriptCall = (name: string, args: string[]) => Reply;

/** The SHA-1 of a binary string in lower-case hex, which is how scripts are named. */
export function sha1Hex(text: string): string {
  return createHash('sha1').update(Buffer.from(text, 'latin1')).digest('hex');
}

function readArguments(lua: LuaMachine): string[] {
  const args: string[] = [];
  for (let index = 1; index <= lua.top; index++) {
    const type = lua.type(index);
    if (type === LuaType.string) args.push(lua.toText(index));
    else if (type === LuaType.number) args.push(formatGeneral(lua.toNumber(index), 17));
    else throw new RedisError('ERR Lua redis lib command arguments must be strings or integers');
  }
  return args;
}

function callFromScript(lua: LuaMachine, call: ScriptCall): Reply {
  try {
    const [name, ...args] = readArguments(lua);
    if (name === undefined) {
      return new RedisError('ERR Please specify at least one argument for this redis lib call');
    }
    return call(name, args);
  } catch (error) {
    if (error instanceof RedisError) return error;
    throw error;
  }
}

/** Leaves `(result)` or `(nil, message)` on the stack. */
function answer(lua: LuaMachine, produce: () => void): number {
  try {
    produce();
    return 1;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    lua.setTop(0);
    lua.pushNil();
    lua.pushText(error.message);
    return 2;
  }
}

/** Pushes, in the order the sandbox takes them: call, encode, decode, sha1, bit and the names of the bit operations. */
export function pushHostFunctions(lua: LuaMachine, call: ScriptCall): number {
  lua.pushFunction(() => {
    const reply = callFromScript(lua, call);
    lua.setTop(0);
    pushReply(lua, reply);
    return 1;
  });
  lua.pushFunction(() => answer(lua, () => lua.pushText(encodeJson(lua, 1))));
  lua.pushFunction(() =>
    answer(lua, () => {
      if (lua.type(1) !== LuaType.string) throw new JsonError('bad argument #1 to decode (string expected)');
      decodeJson(lua, lua.toText(1));
    }),
  );
  lua.pushFunction(() => {
    const [text = ''] = lua.type(1) === LuaType.string ? [lua.toText(1)] : [];
    lua.pushText(sha1Hex(text));
    return 1;
  });
  lua.pushFunction(() => {
    const operate = BIT_OPERATIONS[lua.toText(1)];
    const values: number[] = [];
    for (let index = 2; index <= lua.top; index++) values.push(lua.toNumber(index));
    lua.pushNumber(operate && values.length > 0 ? operate(values) : 0);
    return 1;
  });
  pushList(lua, Object.keys(BIT_OPERATIONS), (name) => lua.pushText(name));
  return 6;
}
