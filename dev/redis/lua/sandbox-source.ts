/** Longest string `string.rep` may build; also bounds the time one C call can take. */
const MAX_REPEATED_BYTES = 32 * 1024 * 1024;

/**
 * Runs once per state with the host functions as arguments and returns `enter(keys, argv)`, which makes the environment
 * of one script. The real library tables stay in upvalues no script can reach: a script sees empty shields over them,
 * made anew for each run, so that even a raw write is gone with the run. There is no `debug`, `getfenv`, `coroutine`
 * (a coroutine has a deadline hook of its own), and no way to load bytecode, which could break the machine.
 */
export const SANDBOX_SOURCE = `
local host_call, host_encode, host_decode, host_sha1, host_bit, bit_names = ...
local error, type, getmetatable, setmetatable, pairs = error, type, getmetatable, setmetatable, pairs
local pcall, rawset, loadstring, setfenv, tostring, concat = pcall, rawset, loadstring, setfenv, tostring, table.concat
local repeat_text = string.rep
local environment

local function refuse_write()
  error('Attempt to modify a readonly table', 2)
end

local function copy(source)
  local target = {}
  for key, value in pairs(source) do target[key] = value end
  return target
end

local strings = copy(string)
strings.dump = nil
strings.rep = function(text, count)
  if type(text) == 'string' and type(count) == 'number' then
    if text == '' then return '' end
    if #text * count > ${MAX_REPEATED_BYTES} then error('resulting string too large', 2) end
  end
  return repeat_text(text, count)
end
local string_meta = getmetatable('')
string_meta.__index = strings
string_meta.__metatable = false

local redis = {
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REDIS_VERSION = '7.0.0', REDIS_VERSION_NUM = 0x070000,
  REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
  pcall = host_call,
  sha1hex = host_sha1,
  log = function() end,
  setresp = function() end,
  set_repl = function() end,
  replicate_commands = function() return true end,
  status_reply = function(text) return { ok = text } end,
}
redis.call = function(...)
  local reply = host_call(...)
  if type(reply) == 'table' and reply.err then
    local _, where = pcall(error, '', 3)
    reply.where = where
    error(reply, 0)
  end
  return reply
end
redis.error_reply = function(text)
  if type(text) == 'string' and not text:find(' ', 1, true) then text = 'ERR ' .. text end
  return { err = text }
end

local null, cjson = host_decode('null'), {}
cjson.null = null
cjson.encode = function(value)
  local text, message = host_encode(value)
  if message then error(message, 2) end
  return text
end
cjson.decode = function(text)
  local value, message = host_decode(text)
  if message then error(message, 2) end
  return value
end

local bit = {}
for _, name in ipairs(bit_names) do
  bit[name] = function(...) return host_bit(name, ...) end
end
bit.tohex = function(value) return strings.format('%08x', host_bit('tobit', value) % 4294967296) end

local function load_text(text, name)
  if type(text) ~= 'string' or text:byte(1) == 27 then return nil, 'only source text can be loaded' end
  local chunk, message = loadstring(text, name)
  if chunk then setfenv(chunk, environment) end
  return chunk, message
end

local base = {
  _VERSION = _VERSION, assert = assert, error = error, getmetatable = getmetatable, ipairs = ipairs, next = next,
  pairs = pairs, rawequal = rawequal, rawget = rawget, select = select, setmetatable = setmetatable,
  tonumber = tonumber, tostring = tostring, type = type, unpack = unpack, loadstring = load_text,
}
-- Redis gives the caller of pcall the text of its errors, not their table.
local function settle(ok, ...)
  if ok then return true, ... end
  local raised = ...
  if type(raised) == 'table' and type(raised.err) == 'string' then return false, raised.err end
  return false, raised
end
base.pcall = function(...) return settle(pcall(...)) end
-- The real xpcall runs its handler inside the hook that raised the error, where no further hook can stop it.
local function handle(handler, ok, ...)
  if ok then return true, ... end
  return false, handler(...)
end
base.xpcall = function(body, handler) return handle(handler, pcall(body)) end
base.rawset = function(target, key, value)
  if type(getmetatable(target)) == 'string' then error('Attempt to modify a readonly table', 2) end
  return rawset(target, key, value)
end
base.load = function(reader, name)
  local pieces = {}
  for piece in reader do
    if piece == '' then break end
    pieces[#pieces + 1] = piece
  end
  return load_text(concat(pieces), name)
end
setmetatable(base, { __index = function(_, name)
  error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
end })

local libraries = { string = strings, table = copy(table), math = copy(math), redis = redis, cjson = cjson, bit = bit }
local shields = {}
for name, library in pairs(libraries) do
  shields[name] = { __index = library, __newindex = refuse_write, __metatable = name }
end
local base_meta = { __index = base }

return function(keys, argv)
  local scope = setmetatable({ KEYS = keys, ARGV = argv, server = setmetatable({}, shields.redis) }, base_meta)
  for name, shield in pairs(shields) do scope[name] = setmetatable({}, shield) end
  environment = setmetatable({}, { __index = scope, __newindex = refuse_write, __metatable = '_G' })
  scope._G = environment
  return environment
end
`;
